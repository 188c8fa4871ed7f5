//! Races, checks, measures, draws and grades the models.

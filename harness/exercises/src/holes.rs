//! Cuts functions out of a source file: finds each body by the function's path and puts a stub in its place.
//!
//! *What to notice*: `syn` says where a body begins and ends; everything else of the file stays as it is, byte for byte,
//! comments included.

use std::ops::Range;

use proc_macro2::extra::DelimSpan;
use syn::{Block, ImplItem, Item, ItemImpl, ReturnType, Signature, TraitItem, Type};

use crate::nearest::did_you_mean;

/// What the panic of a stub says.
pub const STUB: &str = "not yet implemented: README.md says what goes here";

/// A function of a file.
struct Function {
    /// `call`, `module::call`, `Flight::advance`, `impl Model for Serial::fan_out`.
    path: String,
    /// The body, braces included, as bytes of the file.
    body: Range<usize>,
    /// Where its line begins.
    starts: usize,
    returns_impl: bool,
}

/// The text with the bodies of these functions replaced by stubs.
///
/// # Errors
/// The text is no Rust, or a function is not in it exactly once; the line names the nearest ones.
pub fn with_holes(text: &str, items: &[&str]) -> Result<String, String> {
    let file = syn::parse_file(text).map_err(|error| format!("this is no Rust: {error}"))?;
    let mut functions = Vec::new();
    within("", &file.items, &mut functions);
    let mut holes = items.iter().map(|item| one(&functions, item)).collect::<Result<Vec<_>, _>>()?;
    // From the end, so that what is replaced moves nothing that is still to be replaced.
    holes.sort_by_key(|function| std::cmp::Reverse(function.body.start));
    let mut text = text.to_owned();
    for hole in holes {
        let stub = stub(indent(&text, hole.starts));
        text.replace_range(hole.body.clone(), &stub);
    }
    Ok(text)
}

/// A body that compiles for any return type that has a name.
fn stub(indent: usize) -> String {
    let indent = " ".repeat(indent);
    let says = STUB.trim_start_matches("not yet implemented: ");
    format!("{{\n{indent}    todo!(\"{says}\")\n{indent}}}")
}

/// How far the line is indented on which this byte is.
fn indent(text: &str, at: usize) -> usize {
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    text[line..].chars().take_while(|sign| *sign == ' ').count()
}

/// The function of this path.
fn one<'file>(functions: &'file [Function], item: &str) -> Result<&'file Function, String> {
    let mut found = functions.iter().filter(|function| function.path == item);
    let paths = functions.iter().map(|function| function.path.as_str());
    match (found.next(), found.next()) {
        (Some(function), None) if function.returns_impl => {
            Err(format!("{item} returns `impl`, which no stub can: name a function whose result has a type"))
        }
        (Some(function), None) => Ok(function),
        (Some(_), Some(_)) => Err(format!("{item} is in it twice: name a function that is in it once")),
        (None, _) => Err(format!("no function is called {item}{}", did_you_mean(item, paths))),
    }
}

fn within(path: &str, items: &[Item], found: &mut Vec<Function>) {
    for item in items {
        match item {
            Item::Fn(function) => found.push(Function::new(path, &function.sig, &function.block)),
            Item::Mod(module) => {
                let items = module.content.as_ref().map_or(&[][..], |(_, items)| items);
                within(&joined(path, &module.ident.to_string()), items, found);
            }
            Item::Impl(block) => of_impl(path, block, found),
            Item::Trait(block) => {
                let path = joined(path, &block.ident.to_string());
                for item in &block.items {
                    if let TraitItem::Fn(function) = item
                        && let Some(body) = &function.default
                    {
                        found.push(Function::new(&path, &function.sig, body));
                    }
                }
            }
            _ => {}
        }
    }
}

fn of_impl(path: &str, block: &ItemImpl, found: &mut Vec<Function>) {
    let of = name_of(&block.self_ty);
    let name = match &block.trait_ {
        Some((of_trait, _)) => {
            let of_trait = of_trait.segments.last().map(|segment| segment.ident.to_string());
            format!("impl {} for {of}", of_trait.unwrap_or_default())
        }
        None => of,
    };
    let path = joined(path, &name);
    for item in &block.items {
        if let ImplItem::Fn(function) = item {
            found.push(Function::new(&path, &function.sig, &function.block));
        }
    }
}

/// The last word of a type's path, without what stands in angle brackets.
fn name_of(of: &Type) -> String {
    match of {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default(),
        Type::Reference(reference) => format!("&{}", name_of(&reference.elem)),
        _ => String::new(),
    }
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.into() } else { format!("{path}::{name}") }
}

impl Function {
    fn new(path: &str, signature: &Signature, body: &Block) -> Self {
        let braces: DelimSpan = body.brace_token.span;
        let returns_impl = match &signature.output {
            ReturnType::Type(_, of) => matches!(**of, Type::ImplTrait(_)),
            ReturnType::Default => false,
        };
        Self {
            path: joined(path, &signature.ident.to_string()),
            body: braces.open().byte_range().start..braces.close().byte_range().end,
            starts: signature.fn_token.span.byte_range().start,
            returns_impl,
        }
    }
}

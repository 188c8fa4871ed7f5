//! Responses from a grammar with mistakes in it and from the mock's catalogue: mostly correct ones, some that only a
//! broken or a hostile server sends, and some of either with a few bytes changed.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngSeed};

use downstream_mock::faults::catalogue;
use oracle::{Delivery, End};

type Bytes = Vec<u8>;

/// `cases` cases from the same seed each time. `PROPTEST_CASES` and `PROPTEST_RNG_SEED` change that.
pub(crate) fn config(cases: u32) -> Config {
    let chosen = Config::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { chosen.cases } else { cases };
    let rng_seed = match chosen.rng_seed {
        RngSeed::Random => RngSeed::Fixed(1),
        fixed => fixed,
    };
    Config { cases, rng_seed, failure_persistence: None, ..chosen }
}

/// The delivery of a response: whole, cut at a few places or byte by byte; mostly closed, otherwise reset or left open.
pub(crate) fn delivery() -> impl Strategy<Value = Delivery> {
    let end = prop_oneof![4 => Just(End::Close), 1 => Just(End::Reset), 1 => Just(End::Silence)];
    (response(), vec(any::<Index>(), 0..4), 0..6_u8, end).prop_map(|(response, cuts, how, end)| match how {
        0 => Delivery::whole(&response, end),
        1 => Delivery::sized(&response, 1, end),
        _ => Delivery::cut(&response, places(&cuts, &response), end),
    })
}

/// Any places to cut a response at.
pub(crate) fn places(cuts: &[Index], response: &[u8]) -> Vec<usize> {
    cuts.iter().map(|cut| cut.index(response.len() + 1)).collect()
}

/// A response; or one, or a row of the catalogue, with a few mutations; or noise.
pub(crate) fn response() -> impl Strategy<Value = Bytes> {
    let to_mutate = prop_oneof![6 => written(), 2 => row()];
    prop_oneof![
        6 => written(),
        8 => (to_mutate, vec(mutation(), 1..4)).prop_map(|(response, mutations)| {
            mutations.iter().fold(response, |response, mutation| mutation.apply(response))
        }),
        1 => vec(any::<u8>(), 0..64),
    ]
}

/// A small answer of the mock's catalogue.
fn row() -> impl Strategy<Value = Bytes> {
    let answers = catalogue().into_iter().filter_map(|fault| fault.answer()).map(|answer| answer.bytes);
    select(answers.filter(|bytes| bytes.len() < 1_000).collect::<Vec<_>>())
}

/// Interim responses, a head, a body, junk after it.
fn written() -> impl Strategy<Value = Bytes> {
    let framed = prop_oneof![
        4 => length(),
        5 => chunked(),
        2 => (fields(), text()).prop_map(|(fields, body)| (fields, body)),
    ];
    let junk = prop_oneof![4 => Just(Bytes::new()), 1 => text()];
    (vec(interim(), 0..2), status_line(), framed, line_end(), junk).prop_map(
        |(interim, status_line, (fields, body), empty_line, junk)| {
            [interim.concat(), status_line, fields, empty_line, body, junk].concat()
        },
    )
}

fn interim() -> impl Strategy<Value = Bytes> {
    let code = select(vec!["100", "102", "103", "199"]);
    (code, fields(), line_end())
        .prop_map(|(code, fields, end)| [b"HTTP/1.1 ", code.as_bytes(), b"\r\n", &fields, &end].concat())
}

fn status_line() -> impl Strategy<Value = Bytes> {
    let leading = rarely(&["\r\n", "\n", "\r\n\r\n", " ", "\r"], "");
    let version =
        rarely(&["HTTP/1.0", "HTTP/1.0", "HTTP/2.0", "http/1.1", "HTTP/1.2", "HTTP/1.1 "], "HTTP/1.1");
    let code = prop_oneof![
        6 => Just("200"),
        3 => select(vec!["101", "204", "205", "206", "304", "404", "500", "999"]),
        1 => select(vec!["099", "000", "20", "2000", "-20", "+20", "2 0", "", "abc"]),
    ];
    let reason = rarely(&["", " ", " Not  Found\t", " \u{e9}", " a\0b", "\tOK", " \u{7f}"], " OK");
    (leading, version, code, reason, line_end()).prop_map(|(leading, version, code, reason, end)| {
        [leading.as_bytes(), version.as_bytes(), b" ", code.as_bytes(), reason.as_bytes(), &end].concat()
    })
}

/// A body of the length in its field, or nearly.
fn length() -> impl Strategy<Value = (Bytes, Bytes)> {
    let wrong = prop_oneof![6 => Just(0_isize), 1 => Just(-1), 1 => Just(1)];
    (fields(), fields(), text(), wrong).prop_map(|(before, after, body, wrong)| {
        let length = body.len().saturating_add_signed(wrong);
        let field = format!("Content-Length: {length}\r\n").into_bytes();
        ([before, field, after].concat(), body)
    })
}

fn chunked() -> impl Strategy<Value = (Bytes, Bytes)> {
    let field = rarely(
        &[
            "transfer-encoding:chunked",
            "Transfer-Encoding: gzip, Chunked ",
            "Transfer-Encoding: chunked, gzip",
        ],
        "Transfer-Encoding: chunked",
    );
    let trailers = prop_oneof![3 => Just(Bytes::new()), 1 => fields()];
    (fields(), field, fields(), vec(chunk(), 0..4), last_chunk(), trailers, line_end()).prop_map(
        |(before, field, after, chunks, last, trailers, end)| {
            let head = [before, field.as_bytes().to_vec(), b"\r\n".to_vec(), after].concat();
            (head, [chunks.concat(), last, trailers, end].concat())
        },
    )
}

fn chunk() -> impl Strategy<Value = Bytes> {
    (text(), 0..4_u8, extension(), line_end(), line_end()).prop_map(
        |(data, how, extension, end, data_end)| {
            let size = match how {
                0 => format!("{:X}", data.len()),
                1 => format!("{:08x}", data.len()),
                _ => format!("{:x}", data.len()),
            };
            [size.as_bytes(), extension.as_bytes(), &end, &data, &data_end].concat()
        },
    )
}

fn last_chunk() -> impl Strategy<Value = Bytes> {
    let sizes =
        ["000", "", "-0", "+1", "0x0", "g", "FFFFFFFFFFFFFFFF", "10000000000000000", "00000000000000000000"];
    (rarely(&sizes, "0"), extension(), line_end())
        .prop_map(|(size, extension, end)| [size.as_bytes(), extension.as_bytes(), &end].concat())
}

fn extension() -> impl Strategy<Value = &'static str> {
    rarely(&[";", "; name=value", " ", "\t ;x", ";a\nb", " 1", ";\u{e9}\0", ";\rx"], "")
}

fn fields() -> impl Strategy<Value = Bytes> {
    vec(field(), 0..3).prop_map(|fields| fields.concat())
}

fn field() -> impl Strategy<Value = Bytes> {
    let common = select(vec![
        "Content-Type: text/plain",
        "Connection: close",
        "connection: keep-alive",
        "Connection: upgrade",
        "Upgrade: websocket",
        "Date:",
        "x: ",
        "X-Tab:\ta\tb\t",
        "X-Latin: \u{e9}",
    ]);
    let framing = select(vec![
        "Content-Length: 0",
        "content-length: 5",
        "Content-Length: 5, 5",
        "Content-Length: 5,6",
        "Content-Length: 5,",
        "Content-Length:",
        "Content-Length: +5",
        "Content-Length: -5",
        "Content-Length: 0x5",
        "Content-Length: 5 5",
        "Content-Length: 005",
        "Content-Length: \u{e9}",
        "Content-Length: 16777216",
        "Content-Length: 16777217",
        "Content-Length: 18446744073709551613",
        "Content-Length: 18446744073709551615",
        "Content-Length: 18446744073709551616",
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: chunked,",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding:",
        "Transfer-Encoding: \u{e9}, chunked",
    ]);
    let wrong = select(vec![
        "No-Colon",
        ": no name",
        "Space : before colon",
        "a\0b: c",
        "a: b\0c",
        "a: \u{7f}",
        "a: b\r",
        "a(b): c",
        "X: folded\r\n line",
        " Leading: blank",
        "\u{e9}: x",
        "a\": b",
        "",
    ]);
    let text = prop_oneof![8 => common, 4 => framing, 1 => wrong];
    (text, line_end()).prop_map(|(text, end)| [text.as_bytes(), &end].concat())
}

fn line_end() -> impl Strategy<Value = Bytes> {
    rarely(&["\n", "\n", "\r", "\r\r\n", "", "\n\r"], "\r\n").prop_map(|end| end.as_bytes().to_vec())
}

/// `usual` in most cases.
fn rarely(unusual: &[&'static str], usual: &'static str) -> impl Strategy<Value = &'static str> + use<> {
    prop_oneof![30 => Just(usual), 1 => select(unusual.to_vec())]
}

/// The bytes of a body, chosen so that a parser that loses its place takes them for framing.
fn text() -> impl Strategy<Value = Bytes> {
    prop_oneof![
        2 => select(vec!["", "7", "Hello World!", "0\r\n\r\n", "\r\n", "HTTP/1.1 500 No\r\n\r\n"])
            .prop_map(|text| text.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..40),
    ]
}

#[derive(Clone, Debug)]
enum Mutation {
    Replace(Index, u8),
    Insert(Index, Bytes),
    Delete(Index),
    Repeat(Index, Index),
    Truncate(Index),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let byte = prop_oneof![
        2 => select(b"\r\n\t :;,0159afAFx\0\x7f\x80\xff-+".to_vec()),
        1 => any::<u8>(),
    ];
    let token =
        select(vec!["\r\n", "\n", "\r\n\r\n", "0\r\n", "Content-Length: 3\r\n", "chunked", "HTTP/1.1 "]);
    prop_oneof![
        4 => (any::<Index>(), byte).prop_map(|(at, byte)| Mutation::Replace(at, byte)),
        2 => (any::<Index>(), token).prop_map(|(at, token)| Mutation::Insert(at, token.as_bytes().to_vec())),
        2 => any::<Index>().prop_map(Mutation::Delete),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Mutation::Repeat(from, to)),
        1 => any::<Index>().prop_map(Mutation::Truncate),
    ]
}

impl Mutation {
    fn apply(&self, mut response: Bytes) -> Bytes {
        if response.is_empty() {
            return response;
        }
        let length = response.len();
        match self {
            Self::Replace(at, byte) => response[at.index(length)] = *byte,
            Self::Insert(at, token) => {
                let at = at.index(length);
                response.splice(at..at, token.iter().copied());
            }
            Self::Delete(at) => {
                response.remove(at.index(length));
            }
            Self::Repeat(from, to) => {
                let (from, to) = (from.index(length), to.index(length));
                let again = response[from.min(to)..from.max(to)].to_vec();
                response.splice(from..from, again);
            }
            Self::Truncate(at) => response.truncate(at.index(length)),
        }
        response
    }
}

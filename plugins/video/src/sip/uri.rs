//! Who is meant by `"name" <sip:user@host:port;…>;tag=…`, in bytes that may hold anything.

/// A GB/T 28181 id has 20 characters; other systems' names are not much longer.
const USER_BYTES_MAX: usize = 64;
/// An address of any kind with its port.
const HOST_BYTES_MAX: usize = 80;

/// One value of From, To or Contact, or a bare URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address<'a> {
    /// Empty where the URI names a host alone.
    pub user: &'a str,
    /// With its port; empty where there is none that can be one.
    pub host: &'a str,
    /// What stands behind the URI, from the first `;` on.
    parameters: &'a [u8],
}

impl<'a> Address<'a> {
    /// `None`: no SIP URI, or one whose user is no name that a path could hold.
    pub fn read(value: &'a [u8]) -> Option<Address<'a>> {
        let (uri, parameters) = match opening(value) {
            Some(at) => {
                let inside = &value[at + 1..];
                let end = inside.iter().position(|byte| *byte == b'>')?;
                (&inside[..end], &inside[end + 1..])
            }
            // Without brackets what follows the URI belongs to the header.
            None => value.split_at(value.iter().position(|byte| *byte == b';').unwrap_or(value.len())),
        };
        let uri = std::str::from_utf8(uri).ok()?.trim();
        let (scheme, rest) = uri.split_once(':')?;
        if !scheme.eq_ignore_ascii_case("sip") && !scheme.eq_ignore_ascii_case("sips") {
            return None;
        }
        let rest = rest.split(['?', ';']).next()?;
        let (user, host) = rest.rsplit_once('@').unwrap_or(("", rest));
        let user = user.split(':').next().unwrap_or_default();
        let fits = |text: &str, most: usize, also: &[char]| {
            text.len() <= most && text.chars().all(|c| c.is_ascii_alphanumeric() || also.contains(&c))
        };
        let is_user = fits(user, USER_BYTES_MAX, &['.', '-', '_']);
        let is_host = fits(host, HOST_BYTES_MAX, &['.', '-', ':', '[', ']']);
        is_user.then_some(Address { user, host: if is_host { host } else { "" }, parameters })
    }

    /// The value of a parameter behind the URI.
    pub fn parameter(&self, name: &str) -> Option<&'a str> {
        parameter(self.parameters, name)
    }
}

/// The value of `;name=value`; empty for one without a value.
pub fn parameter<'a>(parameters: &'a [u8], name: &str) -> Option<&'a str> {
    parameters.split(|byte| *byte == b';').skip(1).find_map(|parameter| {
        let parameter = std::str::from_utf8(parameter).ok()?;
        let (own, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        own.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"'))
    })
}

/// Where `<` opens the URI: outside of the quoted name before it.
fn opening(value: &[u8]) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    value.iter().position(|byte| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'<' if !quoted => return true,
            _ => {}
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &[u8], expect: Option<(&str, &str, Option<&str>)>) {
        let address = Address::read(value);
        let got = address.as_ref().map(|address| (address.user, address.host, address.parameter("tag")));
        assert_eq!(got, expect, "{}", String::from_utf8_lossy(value));
    }

    #[test]
    fn forms_in_the_field() {
        check(
            b"<sip:33079100001320000010@3307910000>;tag=a1",
            Some(("33079100001320000010", "3307910000", Some("a1"))),
        );
        check(b"sip:330@10.0.0.7:5060;tag=b", Some(("330", "10.0.0.7:5060", Some("b"))));
        check(
            b"\"a<b\\\">\" <SIP:7:secret@[::1]:5060;transport=tcp>;x;Tag=\"q\"",
            Some(("7", "[::1]:5060", Some("q"))),
        );
        check(b"\xc9\xe3\xcf\xf1 <sip:7@h>", Some(("7", "h", None)));
        check(b"<sip:h.example>", Some(("", "h.example", None)));
        check(b"sip:7@h%20x", Some(("7", "", None)));
        for none in [&b""[..], b"<sip:7@h", b"tel:+8613800000000", b"<sip:a/b@h>", b"<sip:\xff@h>", b"sip"] {
            check(none, None);
        }
        check(format!("<sip:{}@h>", "7".repeat(65)).as_bytes(), None);
    }
}

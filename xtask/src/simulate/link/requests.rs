//! The bodies of the requests in one direction of an HTTP/1.1 connection (RFC 9112), as far as they came.

/// Returns each request's body. The last one may be cut.
pub(crate) fn bodies(stream: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = stream;
    let mut all = Vec::new();
    while let Some(head) = line_end(rest, b"\r\n\r\n") {
        let (head, body) = rest.split_at(head);
        let head = String::from_utf8_lossy(head).to_ascii_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"))
            .and_then(|length| length.trim().parse::<usize>().ok());
        let (body, left) = match length {
            Some(length) => {
                let (body, left) = body.split_at(length.min(body.len()));
                (body.to_vec(), left)
            }
            None if head.contains("transfer-encoding: chunked") => chunks(body),
            None => (Vec::new(), body),
        };
        all.push(body);
        rest = left;
    }
    all
}

/// Returns the content of the chunks, and what follows the last one.
fn chunks(mut rest: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut content = Vec::new();
    while let Some(end) = line_end(rest, b"\r\n") {
        let (size, after) = rest.split_at(end);
        let size = String::from_utf8_lossy(size);
        let Ok(size) = usize::from_str_radix(size.trim(), 16) else {
            break;
        };
        let (chunk, after) = after.split_at(size.min(after.len()));
        content.extend_from_slice(chunk);
        rest = after.strip_prefix(b"\r\n").unwrap_or_default();
        if size == 0 {
            return (content, rest);
        }
    }
    (content, &[])
}

fn line_end(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    let at = bytes.windows(mark.len()).position(|window| window == mark)?;
    Some(at + mark.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::bodies;

    const STREAM: &[u8] = b"POST /v1/sync HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello\
        GET / HTTP/1.1\r\nhost: x\r\n\r\n\
        POST /v1/sync HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n\
        POST /v1/sync HTTP/1.1\r\ncontent-length: 9\r\n\r\nlast";

    #[test]
    fn bodies_come_with_a_length_or_in_chunks_and_may_be_cut() {
        let whole = bodies(STREAM);
        assert_eq!(whole, [&b"hello"[..], b"", b"abc0123456789", b"last"]);
        for length in 0..STREAM.len() {
            for (cut, whole) in bodies(&STREAM[..length]).iter().zip(&whole) {
                assert!(whole.starts_with(cut), "cut at {length}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_have_bodies_no_longer_than_themselves(mut bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            bytes.splice(0..0, *b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n");
            let all: usize = bodies(&bytes).iter().map(Vec::len).sum();
            prop_assert!(all <= bytes.len());
        }
    }
}

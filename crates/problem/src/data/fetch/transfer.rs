//! One request to one server, its answer appended to the part that is already here.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::Instant;

use ureq::Body;
use ureq::http::{Response, StatusCode, header};

use super::{Patience, Progress, Wanted};
use crate::data::error::DataError;

/// Why a transfer ended before the file was whole.
pub(super) enum Stop {
    /// The connection broke, or was never made; asking to go on may help.
    Cut(String),
    /// This server does not have the file, or not fast enough.
    Refused(String),
    /// The server cannot go on from our part, which is to be thrown away.
    Stale,
    /// The disk failed: no server will help.
    Disk(DataError),
}

/// Asks for the file from byte `before` on and writes what comes to `part`. Tells whether bytes of before are still in it.
pub(super) fn transfer(
    wanted: &Wanted<'_>,
    url: &str,
    part: &Path,
    before: u64,
    patience: &Patience,
    progress: &mut dyn Progress,
) -> Result<bool, Stop> {
    let response = request(url, before, patience)?;
    let start = match response.status() {
        StatusCode::OK => 0,
        StatusCode::PARTIAL_CONTENT if range_start(&response) == Some(before) => before,
        StatusCode::PARTIAL_CONTENT => return Err(Stop::Stale),
        // RFC 9110, section 15.5.17: the part is as long as the file, or longer. The check will tell.
        StatusCode::RANGE_NOT_SATISFIABLE if before > 0 => return Ok(true),
        status => return Err(Stop::Refused(format!("it answers {status}"))),
    };
    let mut body = response.into_body();
    let total = body.content_length().map(|more| start + more);
    if let Some(total) = total.filter(|&t| t > wanted.most) {
        return Err(Stop::Refused(format!(
            "it offers {total} bytes, but the file has at most {}",
            wanted.most
        )));
    }
    let kind = body.mime_type().unwrap_or("unknown").to_owned();
    let mut source = body.as_reader();

    let mut buffer = vec![0; 64 << 10];
    // Two bytes tell a gzip file; nothing is written (or thrown away) for the sake of anything else.
    let mut count = read_at_least(&mut source, &mut buffer, 2).map_err(|e| cut(&e, 0, total))?;
    if start == 0 && count > 0 && !buffer[..count].starts_with(&[0x1f, 0x8b]) {
        return Err(Stop::Refused(format!("it sends something else than a gzip file (content type {kind})")));
    }
    let disk = |e| Stop::Disk(DataError::io("write", part, e));
    let mut file = open(part, start > 0).map_err(disk)?;
    let mut done = start;
    let mut window = (Instant::now(), 0);
    while count > 0 {
        done += count as u64;
        if done > wanted.most {
            // Worthless, and it would be resumed.
            file.set_len(0).map_err(disk)?;
            return Err(Stop::Refused(format!(
                "it sends more than the {} bytes that the file has at most",
                wanted.most
            )));
        }
        file.write_all(&buffer[..count]).map_err(disk)?;
        progress.advance(&wanted.file, done, total);
        window.1 += count as u64;
        if window.0.elapsed() >= patience.window {
            if window.1 < patience.least {
                return Err(Stop::Refused(format!(
                    "it is slow: {} bytes in {:.1} s",
                    window.1,
                    window.0.elapsed().as_secs_f64()
                )));
            }
            window = (Instant::now(), 0);
        }
        count = read_at_least(&mut source, &mut buffer, 1).map_err(|e| cut(&e, done, total))?;
    }
    file.sync_all().map_err(disk)?;
    Ok(start > 0)
}

fn request(url: &str, before: u64, patience: &Patience) -> Result<Response<Body>, Stop> {
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_resolve(Some(patience.connect))
        .timeout_connect(Some(patience.connect))
        .timeout_recv_response(Some(patience.silence))
        .timeout_per_read(Some(patience.silence))
        .user_agent(concat!("thalweg/", env!("CARGO_PKG_VERSION")))
        // The bytes on the server are wanted, not an encoding of them.
        .accept_encoding("identity")
        .build()
        .new_agent();
    let mut request = agent.get(url);
    if before > 0 {
        request = request.header(header::RANGE, format!("bytes={before}-"));
    }
    request.call().map_err(|e| Stop::Cut(e.to_string()))
}

/// The first byte of "bytes FIRST-LAST/TOTAL".
fn range_start(response: &Response<Body>) -> Option<u64> {
    let range = response.headers().get(header::CONTENT_RANGE)?.to_str().ok()?;
    range.strip_prefix("bytes ")?.split('-').next()?.parse().ok()
}

fn open(part: &Path, append: bool) -> io::Result<File> {
    OpenOptions::new().create(true).write(true).append(append).truncate(!append).open(part)
}

/// Reads until there are `least` bytes or the source ends.
fn read_at_least(source: &mut impl Read, buffer: &mut [u8], least: usize) -> io::Result<usize> {
    let mut count = 0;
    while count < least {
        match source.read(&mut buffer[count..]) {
            Ok(0) => break,
            Ok(more) => count += more,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(count)
}

fn cut(error: &io::Error, done: u64, total: Option<u64>) -> Stop {
    let total = total.map_or_else(String::new, |t| format!(" of {t}"));
    let reason = format!("after {done}{total} bytes: {error}");
    // A silent server is no better when it is asked again.
    let silent = error
        .get_ref()
        .and_then(|e| e.downcast_ref::<ureq::Error>())
        .is_some_and(|e| matches!(e, ureq::Error::Timeout(_)));
    if silent || error.kind() == io::ErrorKind::TimedOut { Stop::Refused(reason) } else { Stop::Cut(reason) }
}

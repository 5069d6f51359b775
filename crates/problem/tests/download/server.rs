//! A web server on loopback that misbehaves on request.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What a server does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Does {
    /// Answers as a good server does, ranges included.
    Right,
    /// Sends all of the file, whatever range is asked for.
    IgnoreRange,
    /// Sends a range that starts one byte too early, or from byte 1 on when all is asked for.
    WrongRange,
    /// Promises all, sends this many bytes of it, and hangs up.
    Cut(usize),
    /// As `Cut`, without telling the length first: the end looks like an end.
    CutUnannounced(usize),
    /// Promises all, sends this many bytes of it, and is silent.
    Hush(usize),
    /// Accepts the connection and is silent.
    Silent,
    /// Sends a byte at a time.
    Drip,
    /// Sends this status and a page.
    Status(&'static str),
    /// Sends this instead of the file, with status 200 and this content type.
    Instead(&'static str, Vec<u8>),
    /// Sends zeros after the gzip magic without end or length.
    Endless,
}

/// One request: the file, and the first byte asked for.
pub(crate) type Asked = (String, Option<usize>);

pub(crate) struct Server {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Serves the files. The requests for `odd` are treated as the script says, one after another, its last entry for
    /// all that follow; all other files are served right.
    pub(crate) fn start(files: &[(String, Vec<u8>)], odd: &str, script: &[Does]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let files: HashMap<String, Vec<u8>> = files.iter().cloned().collect();
        let (log, odd, script) = (asked.clone(), odd.to_owned(), script.to_vec());
        // Ends with the test process.
        thread::spawn(move || {
            let mut turn = 0;
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                let Some(request) = read_request(&stream) else {
                    continue;
                };
                log.lock().unwrap().push(request.clone());
                let (name, range) = request;
                let does = if name == odd {
                    turn += 1;
                    script[(turn - 1).min(script.len() - 1)].clone()
                } else {
                    Does::Right
                };
                let file = files.get(&name).cloned();
                // A client that hangs up makes this fail, as it should.
                thread::spawn(move || answer(&mut stream, does, file, range).ok());
            }
        });
        Self { url, asked }
    }

    /// The first bytes that were asked for in the requests for a file, in order.
    pub(crate) fn asked(&self, file: &str) -> Vec<Option<usize>> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|a| a.0 == file).map(|a| a.1).collect()
    }
}

fn read_request(stream: &TcpStream) -> Option<Asked> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    let name = first.split(' ').nth(1)?.trim_start_matches('/').to_owned();
    let mut range = None;
    for line in lines {
        let line = line.ok()?.to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(bytes) = line.strip_prefix("range: bytes=") {
            range = bytes.trim_end_matches('-').parse().ok();
        }
    }
    Some((name, range))
}

fn answer(
    stream: &mut TcpStream,
    does: Does,
    file: Option<Vec<u8>>,
    range: Option<usize>,
) -> std::io::Result<()> {
    let Some(file) = file else {
        return send(stream, "404 Not Found", "", b"no such file");
    };
    let all = file.len();
    match does {
        Does::Right => match range {
            Some(from) if from >= all => send(stream, "416 Range Not Satisfiable", "", b""),
            Some(from) => {
                let header = format!("Content-Range: bytes {from}-{}/{all}\r\n", all - 1);
                send(stream, "206 Partial Content", &header, &file[from..])
            }
            None => send(stream, "200 OK", "", &file),
        },
        Does::IgnoreRange => send(stream, "200 OK", "", &file),
        Does::WrongRange => {
            let from = range.map_or(1, |r| r - 1);
            let header = format!("Content-Range: bytes {from}-{}/{all}\r\n", all - 1);
            send(stream, "206 Partial Content", &header, &file[from..])
        }
        Does::Cut(count) | Does::Hush(count) => {
            // As much of what was asked for.
            let from = range.unwrap_or(0);
            let body = &file[from..];
            let status = if from > 0 { "206 Partial Content" } else { "200 OK" };
            let range = format!("Content-Range: bytes {from}-{}/{all}\r\n", all - 1);
            head(stream, status, &range, Some(body.len()))?;
            stream.write_all(&body[..count.min(body.len())])?;
            if matches!(does, Does::Hush(_)) {
                thread::sleep(Duration::from_secs(20));
            }
            Ok(())
        }
        Does::CutUnannounced(count) => {
            head(stream, "200 OK", "", None)?;
            stream.write_all(&file[..count])
        }
        Does::Silent => {
            thread::sleep(Duration::from_secs(20));
            Ok(())
        }
        Does::Drip => {
            head(stream, "200 OK", "", Some(all))?;
            for byte in file {
                stream.write_all(&[byte])?;
                thread::sleep(Duration::from_millis(20));
            }
            Ok(())
        }
        Does::Status(status) => send(stream, status, "", b"<html>sorry</html>"),
        Does::Instead(kind, body) => send(stream, "200 OK", &format!("Content-Type: {kind}\r\n"), &body),
        Does::Endless => {
            head(stream, "200 OK", "", None)?;
            stream.write_all(&[0x1f, 0x8b])?;
            loop {
                stream.write_all(&[0; 4096])?;
            }
        }
    }
}

fn send(stream: &mut TcpStream, status: &str, headers: &str, body: &[u8]) -> std::io::Result<()> {
    head(stream, status, headers, Some(body.len()))?;
    stream.write_all(body)
}

fn head(stream: &mut TcpStream, status: &str, headers: &str, length: Option<usize>) -> std::io::Result<()> {
    let length = length.map_or_else(String::new, |n| format!("Content-Length: {n}\r\n"));
    write!(stream, "HTTP/1.1 {status}\r\n{headers}{length}Connection: close\r\n\r\n")
}

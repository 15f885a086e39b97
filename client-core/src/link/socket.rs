//! A TCP connection that keeps little in the kernel, and notices that the other end has gone.
//!
//! By itself Linux takes up to megabytes to send later, and goes on trying for a quarter of an hour to deliver them. On
//! a slow link that hides how far a call has come, keeps bytes under way that the next call sends again, and lets a dead
//! connection look alive. So only a little is taken that is not on its way yet, and a connection on which nothing is
//! confirmed for a while is dead.

use std::io::{self, Read as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, TcpKeepalive, Type};
use ureq::Error;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport,
};

use super::LinkTimeouts;
use super::line::{Line, is_over};

/// How many bytes the kernel takes besides those that are on their way: about one second at 64 kbit/s. On a fast link it
/// asks for more as quickly as it sends, so that nothing gets slower.
#[cfg(any(target_os = "linux", target_os = "android"))]
const AHEAD: u32 = 8 << 10;

/// Opens such connections.
#[derive(Debug)]
pub(super) struct SocketConnector {
    timeouts: LinkTimeouts,
    doubts: Arc<AtomicU32>,
}

impl SocketConnector {
    pub(super) fn with(timeouts: LinkTimeouts) -> Self {
        Self {
            timeouts,
            doubts: Arc::default(),
        }
    }
}

impl Connector<()> for SocketConnector {
    type Out = SocketTransport;

    fn connect(&self, details: &ConnectionDetails<'_>, _: Option<()>) -> Result<Option<Self::Out>, Error> {
        let timeout = details.timeout.not_zero().map(|timeout| *timeout);
        // An address that does not answer leaves the others their part of the time.
        let addresses = u32::try_from(details.addrs.len()).unwrap_or(u32::MAX).max(1);
        let each = timeout.map(|timeout| timeout / addresses);
        let mut failed = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for address in &details.addrs {
            match open(*address, each, self.timeouts.stall) {
                Ok(stream) => {
                    let sizes = details.config;
                    return Ok(Some(SocketTransport {
                        line: Line::new(stream, *address, self.timeouts.doubt, &self.doubts),
                        buffers: LazyBuffers::new(sizes.input_buffer_size(), sizes.output_buffer_size()),
                    }));
                }
                Err(error) => failed = error,
            }
        }
        Err(failed.into())
    }
}

fn open(address: SocketAddr, timeout: Option<Duration>, stall: Duration) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    match timeout {
        Some(timeout) => socket.connect_timeout(&address.into(), timeout)?,
        None => socket.connect(&address.into())?,
    }
    socket.set_tcp_nodelay(true)?;
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        socket.set_tcp_user_timeout(Some(stall))?;
        // While nothing is sent it is asked now and then whether the other end is there.
        let seconds = |part: Duration| part.max(Duration::from_secs(1));
        let asking = TcpKeepalive::new()
            .with_time(seconds(stall / 3))
            .with_interval(seconds(stall / 6));
        socket.set_tcp_keepalive(&asking)?;
        socket.set_tcp_notsent_lowat(AHEAD)?;
    }
    Ok(socket.into())
}

/// Such a connection.
#[derive(Debug)]
pub(super) struct SocketTransport {
    line: Line,
    buffers: LazyBuffers,
}

impl Transport for SocketTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let timeout = timeout.for_write();
        let output = self.buffers.output().get(..amount).unwrap_or_default();
        self.line
            .write_all(output, timeout.not_zero().map(|timeout| *timeout))
            .map_err(|error| in_time(error, &timeout))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let timeout = timeout.for_read();
        self.line
            .stream
            .set_read_timeout(timeout.not_zero().map(|timeout| *timeout))?;
        let input = self.buffers.input_append_buf();
        let amount = loop {
            match self.line.stream.read(input) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read.map_err(|error| in_time(error, &timeout))?,
            }
        };
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        // Nothing was asked, so nothing may be there: neither bytes nor an end.
        let silent = self.line.stream.set_nonblocking(true).and_then(|()| {
            let peeked = self.line.stream.peek(&mut [0]);
            self.line.stream.set_nonblocking(false)?;
            peeked
        });
        silent.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }
}

/// Says that the time is over, if that is what an error says.
fn in_time(error: io::Error, timeout: &NextTimeout) -> Error {
    match is_over(&error) {
        true => Error::Timeout(timeout.reason),
        false => error.into(),
    }
}

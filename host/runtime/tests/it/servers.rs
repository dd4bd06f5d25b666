//! Real nats-servers that no host supervises: one, or a cluster of three.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub const LOGIN: &str = "host:secret";

pub struct Servers {
    pub nodes: Vec<Node>,
    folder: PathBuf,
}

pub struct Node {
    pub name: String,
    pub nats: u16,
    pub mqtt: u16,
    config: PathBuf,
    child: Option<Child>,
}

fn binary() -> PathBuf {
    let fetched = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/nats/nats-server");
    std::env::var_os("TOCSIN_NATS_SERVER").map_or(fetched, PathBuf::from)
}

/// Free ports, all different: held until all are known.
pub fn ports(count: usize) -> Vec<u16> {
    let held: Vec<TcpListener> =
        (0..count).map(|_| TcpListener::bind("127.0.0.1:0").expect("a port")).collect();
    held.iter().map(|listener| listener.local_addr().expect("an address").port()).collect()
}

impl Servers {
    /// `more`: lines of configuration beside what a host needs.
    pub fn start(name: &str, count: usize, more: &str) -> Servers {
        let folder = std::env::temp_dir().join(format!("tocsin-nats-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let ports = ports(count * 3);
        let routes: Vec<String> =
            ports[count * 2..].iter().map(|port| format!("nats://127.0.0.1:{port}")).collect();
        let nodes = (0..count)
            .map(|place| {
                let name = format!("n{place}");
                let home = folder.join(&name);
                std::fs::create_dir_all(&home).expect("a folder");
                let (nats, mqtt, route) = (ports[place], ports[count + place], ports[count * 2 + place]);
                let cluster = match count {
                    1 => String::new(),
                    _ => format!(
                        "cluster {{ name: city, listen: \"127.0.0.1:{route}\", routes: [{}] }}\n",
                        routes.join(", ")
                    ),
                };
                let config = home.join("nats.conf");
                // Its gateway needs JetStream.
                let gateway = match more.contains("jetstream") {
                    true => format!("mqtt {{ listen: \"127.0.0.1:{mqtt}\" }}\n"),
                    false => String::new(),
                };
                let text = format!(
                    "server_name: {name}\nlisten: \"127.0.0.1:{nats}\"\n{gateway}\
                     authorization {{ users: [ {{ user: host, password: secret }} ] }}\n{cluster}{}\n",
                    more.replace("STORE", &home.join("store").display().to_string())
                );
                std::fs::write(&config, text).expect("written");
                Node { name, nats, mqtt, config, child: None }
            })
            .collect();
        let mut servers = Servers { nodes, folder };
        servers.nodes.iter_mut().for_each(Node::start);
        servers
    }

    /// As a host wants it.
    pub const FIT: &str =
        "max_payload: 8MB\njetstream { store_dir: \"STORE\", sync_interval: always, max_file_store: 900GB }";

    pub fn url(&self) -> String {
        let one = |node: &Node| format!("nats://{LOGIN}@127.0.0.1:{}", node.nats);
        self.nodes.iter().map(one).collect::<Vec<_>>().join(",")
    }

    pub fn node(&mut self, name: &str) -> &mut Node {
        self.nodes.iter_mut().find(|node| node.name == name).expect("a node of that name")
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        self.nodes.iter_mut().for_each(Node::kill);
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Node {
    /// Waits until it listens.
    pub fn start(&mut self) {
        let child = Command::new(binary())
            .arg("-c")
            .arg(&self.config)
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(self.config.with_extension("log")).expect("a log"))
            .spawn()
            .expect("nats-server starts");
        self.child = Some(child);
        let started = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.nats)).is_err() {
            assert!(started.elapsed() < Duration::from_secs(20), "{} does not listen", self.name);
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The newest block of a stream's messages; only of a server that is down.
    fn block(&self, stream: &str) -> PathBuf {
        let folder = self.config.with_file_name("store/jetstream/$G/streams").join(stream).join("msgs");
        let blocks =
            std::fs::read_dir(folder).expect("the stream's folder").flatten().map(|entry| entry.path());
        let number = |path: &PathBuf| path.file_stem()?.to_str()?.parse::<u64>().ok();
        let blocks = blocks.filter(|path| path.extension().is_some_and(|extension| extension == "blk"));
        blocks.max_by_key(number).expect("a block")
    }

    /// A bit flips in the newest message, which the server then cannot read.
    pub fn flip_last(&self, stream: &str) {
        let block = self.block(stream);
        let mut bytes = std::fs::read(&block).expect("the block");
        // A checksum of eight bytes ends each message.
        let at = bytes.len() - 16;
        bytes[at] ^= 1;
        std::fs::write(block, bytes).expect("written");
    }

    /// A bit flips in the middle, and what the server noted of the stream is gone: it drops
    /// that message and everything behind it.
    pub fn lose_half(&self, stream: &str) {
        let block = self.block(stream);
        let mut bytes = std::fs::read(&block).expect("the block");
        let at = bytes.len() / 2;
        bytes[at] ^= 1;
        std::fs::write(&block, bytes).expect("written");
        let _ = std::fs::remove_file(block.with_file_name("index.db"));
    }

    /// SIGTERM, so that it notes where its streams stand.
    pub fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let told = Command::new("kill").arg(child.id().to_string()).status();
        assert!(told.is_ok_and(|status| status.success()), "{} is told", self.name);
        let _ = child.wait();
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

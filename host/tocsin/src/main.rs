//! `tocsin`: what people and city systems hold on to. The only crate that
//! knows the command line, HTTP, the city's files and the environment.

mod city;
mod cli;
mod client;
mod demo;
mod http;
mod package;
mod scaffold;
mod schema;
mod text;
mod trial;
mod up;

fn main() -> std::process::ExitCode {
    cli::main()
}

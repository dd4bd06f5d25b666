//! A line that is not understood: what is wrong with it, in the reader's language,
//! and how it is written.

use super::words;
use crate::text::{Language, language};
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use serde_json::json;
use std::error::Error as _;
use std::fmt::Display;
use std::process::ExitCode;

/// Help and version are answers, all else is refused with 2.
pub fn refuse(error: &Error, json: bool) -> ExitCode {
    if !error.use_stderr() || is_help(error) {
        // A closed pipe has nobody to tell.
        drop(error.print());
        return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
    }
    match (json, language()) {
        (true, of) => eprintln!("{}", json!({ "code": "usage", "message": sentence(error, of) })),
        (false, Language::English) => drop(error.print()),
        (false, Language::Chinese) => {
            eprintln!("tocsin: {}", sentence(error, Language::Chinese));
            if let Some(usage) = value(error, ContextKind::Usage) {
                eprintln!("\n{}", usage.replacen("Usage:", words::USAGE.zh, 1));
            }
            eprintln!("\n{}", words::USAGE_HELP.zh);
        }
    }
    ExitCode::from(2)
}

fn is_help(error: &Error) -> bool {
    error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
}

fn sentence(error: &Error, language: Language) -> String {
    let text = |kind| value(error, kind).unwrap_or_default();
    let (argument, given) = (text(ContextKind::InvalidArg), text(ContextKind::InvalidValue));
    let (command, prior) = (text(ContextKind::InvalidSubcommand), text(ContextKind::PriorArg));
    let because = error.source().map(ToString::to_string).unwrap_or_default();
    let entry = match error.kind() {
        ErrorKind::UnknownArgument => words::USAGE_ARGUMENT,
        ErrorKind::InvalidSubcommand => words::USAGE_COMMAND,
        ErrorKind::MissingSubcommand => words::USAGE_NO_COMMAND,
        ErrorKind::MissingRequiredArgument => words::USAGE_MISSING,
        ErrorKind::ArgumentConflict => words::USAGE_CONFLICT,
        ErrorKind::InvalidValue if given.is_empty() => words::USAGE_NO_VALUE,
        ErrorKind::InvalidValue => words::USAGE_VALUE,
        ErrorKind::ValueValidation => words::USAGE_BECAUSE,
        // Rare, or never here: clap says it well enough.
        _ => return error.render().to_string().lines().next().unwrap_or_default().to_owned(),
    };
    let values: [(&str, &dyn Display); 5] = [
        ("argument", &argument),
        ("value", &given),
        ("command", &command),
        ("prior", &prior),
        ("because", &because),
    ];
    let mut said = entry.given(language, &values);
    for (kind, entry) in [
        (ContextKind::ValidValue, words::USAGE_VALUES),
        (ContextKind::ValidSubcommand, words::USAGE_COMMANDS),
        (ContextKind::SuggestedArg, words::USAGE_MEANT),
        (ContextKind::SuggestedValue, words::USAGE_MEANT),
        (ContextKind::SuggestedSubcommand, words::USAGE_MEANT),
    ] {
        if let Some(value) = value(error, kind).filter(|value| !value.is_empty()) {
            said += &entry.given(language, &[("values", &value)]);
        }
    }
    said
}

fn value(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::Strings(values) => Some(values.join(", ")),
        ContextValue::StyledStrs(values) => {
            Some(values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
        }
        value => Some(value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Cli;
    use super::*;
    use clap::Parser;

    #[track_caller]
    fn check(line: &str, zh: &str, en: &str) {
        let error = Cli::try_parse_from(line.split(' ')).expect_err("a line that is not understood");
        assert_eq!(sentence(&error, Language::Chinese), zh);
        assert_eq!(sentence(&error, Language::English), en);
    }

    #[test]
    fn a_line_that_is_not_understood_is_explained_in_both_languages() {
        check(
            "tocsin incidnt list",
            "没有命令 incidnt;是否为:accident, incident",
            "there is no command incidnt; did you mean accident, incident",
        );
        check(
            "tocsin incident list --stat open",
            "没有参数 --stat;是否为:--state",
            "there is no argument --stat; did you mean --state",
        );
        check("tocsin order done O1", "缺少参数:--result <TEXT>", "missing: --result <TEXT>");
        check(
            "tocsin response raise R1 --level 5 --reason r",
            "--level <N> 不能是 5:5 is not in 1..=4",
            "--level <N> cannot be 5: 5 is not in 1..=4",
        );
        check(
            "tocsin risk list --level red --colour pink",
            "没有参数 --level",
            "there is no argument --level",
        );
    }
}

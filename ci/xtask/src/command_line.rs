//! The options of a command.
//!
//! Invariant: an option that the command does not have is an error that lists those it has.

/// One option: its name, the name of its value if it takes one, and what it means.
pub struct Choice {
    /// With the dashes.
    pub name: &'static str,
    /// What follows it.
    pub value: Option<&'static str>,
    /// One line for the help.
    pub meaning: &'static str,
}

/// What was given.
#[derive(Default)]
pub struct Given {
    pairs: Vec<(&'static str, String)>,
}

impl Given {
    /// Reads the arguments of a command.
    pub fn parse(arguments: &[String], choices: &[&'static Choice]) -> Result<Given, String> {
        let mut given = Given::default();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let (name, attached) = match argument.split_once('=') {
                Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
                _ => (argument.as_str(), None),
            };
            let Some(choice) = choices.iter().find(|choice| choice.name == name) else {
                let known: Vec<&str> = choices.iter().map(|choice| choice.name).collect();
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                return Err(format!("unknown option {argument:?}; options: {known}"));
            };
            let value = match (choice.value, attached) {
                (None, None) => String::new(),
                (None, Some(_)) => return Err(format!("{name} takes no value")),
                (Some(_), Some(value)) => value,
                (Some(kind), None) => {
                    rest.next().cloned().ok_or_else(|| format!("{name} needs a value: {kind}"))?
                }
            };
            given.pairs.push((choice.name, value));
        }
        Ok(given)
    }

    /// Whether an option was given.
    pub fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(given, _)| *given == name)
    }

    /// All values of an option.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.pairs.iter().filter(|(given, _)| *given == name).map(|(_, value)| value.clone()).collect()
    }

    /// The last value of an option.
    pub fn last(&self, name: &str) -> Option<&str> {
        self.pairs.iter().rev().find(|(given, _)| *given == name).map(|(_, value)| value.as_str())
    }

    /// The last value of an option as a number from 1.
    pub fn number(&self, name: &str, otherwise: usize) -> Result<usize, String> {
        match self.last(name) {
            None => Ok(otherwise),
            Some(text) => match text.parse() {
                Ok(0) | Err(_) => Err(format!("{name} needs a number from 1, not {text:?}")),
                Ok(number) => Ok(number),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static FLAG: Choice = Choice { name: "--full", value: None, meaning: "" };
    static VALUE: Choice = Choice { name: "--target", value: Some("NAME"), meaning: "" };

    fn parse(arguments: &[&str]) -> Result<Given, String> {
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        Given::parse(&arguments, &[&FLAG, &VALUE])
    }

    #[test]
    fn values_come_attached_or_apart() {
        let given = parse(&["--target", "a", "--full", "--target=b=c"]).expect("options");
        assert!(given.has("--full"));
        assert_eq!(given.all("--target"), ["a", "b=c"]);
        assert_eq!(given.last("--target"), Some("b=c"));
    }

    #[test]
    fn wrong_options_are_refused() {
        for wrong in [&["--nothing"][..], &["--target"], &["--full=1"], &["name"]] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
        assert!(parse(&["--target", "0"]).is_ok_and(|given| given.number("--target", 1).is_err()));
    }
}

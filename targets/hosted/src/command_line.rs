//! The command line, with `python3`'s options.
//!
//! Invariant: parsing touches nothing but the result; what an option asks for that the engine cannot do yet is an error that names it.
//! Source: Python/initconfig.c for options, texts and exit codes.

/// What to run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Program {
    /// `-c TEXT`
    Text(String),
    /// `-m NAME`
    Module(String),
    /// A file.
    File(String),
    /// The standard input: `-`, or no program at all.
    StandardInput,
}

/// The command line, taken apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CommandLine {
    /// What to run.
    pub program: Program,
    /// Whether standard input was named: `-`.
    pub dash: bool,
    /// `-x`
    pub skip_first_line: bool,
    /// `sys.argv` after its first entry.
    pub arguments: Vec<String>,
    /// `-i`
    pub inspect: bool,
    /// Number of `-d`.
    pub debug: u8,
    /// `-u`
    pub unbuffered: bool,
    /// `-q`
    pub quiet: bool,
    /// `-E` or `-I`
    pub ignore_environment: bool,
    /// `-I`
    pub isolated: bool,
    /// `-P` or `-I`
    pub safe_path: bool,
    /// `-s` or `-I`
    pub no_user_site: bool,
    /// `-S`
    pub no_site: bool,
    /// `-B`
    pub dont_write_bytecode: bool,
    /// Number of `-O`.
    pub optimization: u8,
    /// Number of `-v`.
    pub verbose: u8,
    /// Number of `-b`.
    pub bytes_warning: u8,
    /// Values of `-W`.
    pub warnings: Vec<String>,
    /// Values of `-X`.
    pub extra: Vec<String>,
    /// `--max-heap`, in bytes.
    pub maximum_heap: Option<usize>,
    /// `--gc-stress`, with its seed.
    pub stress_seed: Option<u64>,
}

/// What parsing came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Parsed {
    /// Run this.
    Run(CommandLine),
    /// Print this and exit 0.
    Print(String),
    /// Print this on the error stream and exit 2.
    Wrong(String),
}

/// The version that `-V` prints.
pub const VERSION: &str = concat!("Python 3.14.0 (threadsnake ", env!("CARGO_PKG_VERSION"), ")");

const USAGE: &str = "usage: threadsnake [option] ... [-c cmd | -m mod | file | -] [arg] ...";

/// The text of `--help`.
fn help() -> String {
    format!(
        "{USAGE}
Options (and corresponding environment variables):
-b     : issue warnings about converting bytes/bytearray to str and comparing
         bytes/bytearray with str or bytes with int; also -bb: issue errors
-B     : don't write .pyc files on import; also PYTHONDONTWRITEBYTECODE=x
-c cmd : program passed in as string (terminates option list)
-E     : ignore PYTHON* environment variables (such as PYTHONPATH)
-h     : print this help message and exit (also -? or --help)
-i     : inspect interactively after running script (also PYTHONINSPECT=x)
-I     : isolate Python from the user's environment (implies -E, -P and -s)
-m mod : run library module as a script (terminates option list)
-O     : remove assert and __debug__-dependent statements; also PYTHONOPTIMIZE=x
-OO    : do -O changes and also discard docstrings
-P     : don't prepend a potentially unsafe path to sys.path; also
         PYTHONSAFEPATH
-q     : don't print version and copyright messages on interactive startup
-s     : don't add user site directory to sys.path; also PYTHONNOUSERSITE=x
-S     : don't imply 'import site' on initialization
-u     : force the stdout and stderr streams to be unbuffered;
         this option has no effect on stdin; also PYTHONUNBUFFERED=x
-v     : verbose (trace import statements); also PYTHONVERBOSE=x
-V     : print the Python version number and exit (also --version)
-W arg : warning control; arg is action:message:category:module:lineno
         also PYTHONWARNINGS=arg
-x     : skip first line of source, allowing use of non-Unix forms of #!cmd
-X opt : set implementation-specific option
--max-heap SIZE
         limit the heap: bytes, or with a suffix K, M or G; beyond it
         MemoryError is raised
--gc-stress[=SEED]
         end epochs at random moments, poison freed cells and check every
         count: slow, for finding faults of the engine
file   : program read from script file
-      : program read from stdin (default; interactive mode if a tty)
arg ...: arguments passed to program in sys.argv[1:]
"
    )
}

fn wrong(text: &str) -> Parsed {
    Parsed::Wrong(format!("{text}\n{USAGE}\nTry `threadsnake -h' for more information.\n"))
}

fn size(text: &str) -> Option<usize> {
    let (digits, factor) = match text.char_indices().last()? {
        (place, 'K' | 'k') => (text.get(..place)?, 1usize << 10),
        (place, 'M' | 'm') => (text.get(..place)?, 1 << 20),
        (place, 'G' | 'g') => (text.get(..place)?, 1 << 30),
        _ => (text, 1),
    };
    digits.parse::<usize>().ok()?.checked_mul(factor)
}

/// Takes the arguments after the command's name apart.
pub fn parse(arguments: &[String]) -> Parsed {
    let mut line = CommandLine {
        program: Program::StandardInput,
        dash: false,
        skip_first_line: false,
        arguments: Vec::new(),
        inspect: false,
        debug: 0,
        unbuffered: false,
        quiet: false,
        ignore_environment: false,
        isolated: false,
        safe_path: false,
        no_user_site: false,
        no_site: false,
        dont_write_bytecode: false,
        optimization: 0,
        verbose: 0,
        bytes_warning: 0,
        warnings: Vec::new(),
        extra: Vec::new(),
        maximum_heap: None,
        stress_seed: None,
    };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "-" || !argument.starts_with('-') {
            line.program =
                if argument == "-" { Program::StandardInput } else { Program::File(argument.clone()) };
            line.dash = argument == "-";
            line.arguments = rest.cloned().collect();
            return Parsed::Run(line);
        }
        if let Some(long) = argument.strip_prefix("--") {
            let (name, value) = match long.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (long, None),
            };
            match name {
                "help" => return Parsed::Print(help()),
                "version" => return Parsed::Print(format!("{VERSION}\n")),
                "max-heap" => {
                    let value = value.or_else(|| rest.next().cloned()).unwrap_or_default();
                    match size(&value) {
                        Some(bytes) => line.maximum_heap = Some(bytes),
                        None => {
                            return wrong(&format!("--max-heap takes a size such as 512M, not '{value}'"));
                        }
                    }
                }
                "gc-stress" => match value.as_deref().unwrap_or("1").parse() {
                    Ok(seed) => line.stress_seed = Some(seed),
                    Err(_) => return wrong("--gc-stress takes a number as its seed"),
                },
                _ => return wrong(&format!("unknown option {argument}")),
            }
            continue;
        }
        let mut letters = argument.chars().skip(1);
        while let Some(letter) = letters.next() {
            match letter {
                'b' => line.bytes_warning = line.bytes_warning.saturating_add(1),
                'B' => line.dont_write_bytecode = true,
                'd' => line.debug = line.debug.saturating_add(1),
                // Hashes are random unless PYTHONHASHSEED says otherwise, and -R has no say in that either.
                'R' => {}
                'E' => line.ignore_environment = true,
                'h' | '?' => return Parsed::Print(help()),
                'i' => line.inspect = true,
                'I' => {
                    line.isolated = true;
                    line.ignore_environment = true;
                    line.safe_path = true;
                    line.no_user_site = true;
                }
                'O' => line.optimization = line.optimization.saturating_add(1),
                'P' => line.safe_path = true,
                'q' => line.quiet = true,
                's' => line.no_user_site = true,
                'S' => line.no_site = true,
                'u' => line.unbuffered = true,
                'v' => line.verbose = line.verbose.saturating_add(1),
                'V' => return Parsed::Print(format!("{VERSION}\n")),
                'x' => line.skip_first_line = true,
                'c' | 'm' | 'W' | 'X' => {
                    let attached: String = letters.by_ref().collect();
                    let value = if attached.is_empty() { rest.next().cloned() } else { Some(attached) };
                    let Some(value) = value else {
                        return wrong(&format!("Argument expected for the -{letter} option"));
                    };
                    match letter {
                        'W' => line.warnings.push(value),
                        'X' => line.extra.push(value),
                        _ => {
                            line.program =
                                if letter == 'c' { Program::Text(value) } else { Program::Module(value) };
                            line.arguments = rest.cloned().collect();
                            return Parsed::Run(line);
                        }
                    }
                }
                _ => return wrong(&format!("Unknown option: -{letter}")),
            }
        }
    }
    Parsed::Run(line)
}

#[cfg(test)]
mod tests {
    use super::{Parsed, Program, parse};

    fn run(arguments: &[&str]) -> super::CommandLine {
        let arguments: Vec<String> = arguments.iter().map(|&text| text.to_owned()).collect();
        match parse(&arguments) {
            Parsed::Run(line) => line,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_program_ends_the_options() {
        let line = run(&["-OB", "-W", "error", "script.py", "-x", "y"]);
        assert_eq!(line.program, Program::File("script.py".into()));
        assert_eq!(line.arguments, ["-x", "y"]);
        assert_eq!((line.optimization, line.dont_write_bytecode), (1, true));
        assert_eq!(line.warnings, ["error"]);
        let line = run(&["-Ic", "pass", "-V"]);
        assert_eq!(line.program, Program::Text("pass".into()));
        assert!(line.isolated && line.ignore_environment && line.safe_path);
        assert_eq!(line.arguments, ["-V"]);
        assert_eq!(run(&["-mtimeit"]).program, Program::Module("timeit".into()));
        assert_eq!(run(&["--max-heap", "2M"]).maximum_heap, Some(2 << 20));
    }

    #[test]
    fn wrong_options_are_refused() {
        for arguments in [&["-z"][..], &["-c"], &["--nonsense"], &["--max-heap=x"]] {
            let arguments: Vec<String> = arguments.iter().map(|&text| text.to_owned()).collect();
            assert!(matches!(parse(&arguments), Parsed::Wrong(_)), "{arguments:?}");
        }
    }
}

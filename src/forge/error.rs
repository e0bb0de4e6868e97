//! Owns the ways in which a forge cannot do what is asked, each with the next thing to do. None holds a token.

/// Why a comment could not be written or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// No variable holds a token.
    #[error("there is no token to speak to {forge} with")]
    #[diagnostic(help("set {variables}"))]
    NoToken {
        /// The forge.
        forge: &'static str,
        /// Where a token is looked for.
        variables: String,
    },
    /// The address is none, or would show the token to whoever listens.
    #[error("{address} is no address that a token may be sent to")]
    #[diagnostic(help("write an https:// address; http:// is taken for this machine alone"))]
    Insecure {
        /// The address.
        address: String,
    },
    /// The forge sends on to another host.
    #[error("{from} sends on to {to}, which is another host: the token stays here")]
    #[diagnostic(help("name the forge's present address: `url` under [forge] in okr.toml"))]
    Elsewhere {
        /// What was asked.
        from: String,
        /// Where it sends.
        to: String,
    },
    /// The token may not do this.
    #[error("{forge} does not let this token {what}: {status} {said}")]
    #[diagnostic(help("{help}"))]
    Refused {
        /// The forge.
        forge: &'static str,
        /// What was tried.
        what: &'static str,
        /// Status of the answer.
        status: u16,
        /// What the forge said.
        said: String,
        /// What the token needs.
        help: &'static str,
    },
    /// There is no such pull request or repository, or the token may not see it.
    #[error("{forge} has no {path}")]
    #[diagnostic(help("check the repository and the number of the pull request, and that the token may read it"))]
    NotFound {
        /// The forge.
        forge: &'static str,
        /// What was asked for.
        path: String,
    },
    /// Another answer than one that can be used.
    #[error("{forge} could not {what}: {status} {said}")]
    #[diagnostic(help("try again; where it stays, run with --dry-run to see the comment"))]
    Failed {
        /// The forge.
        forge: &'static str,
        /// What was tried.
        what: &'static str,
        /// Status of the answer.
        status: u16,
        /// What the forge said.
        said: String,
    },
    /// No answer at all.
    #[error("{host} does not answer: {reason}")]
    #[diagnostic(help("check the network, proxy and certificates of this machine"))]
    Unreachable {
        /// The host.
        host: String,
        /// What the connection said.
        reason: String,
    },
    /// An answer that does not read.
    #[error("the answer of {host} to {path} does not read: {reason}")]
    #[diagnostic(help("check that the address is the forge's API"))]
    Unreadable {
        /// The host.
        host: String,
        /// What was asked.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The forge cannot hide comments.
    #[error("{forge} cannot hide a comment")]
    #[diagnostic(help("take `--behavior update` or `delete-and-new`"))]
    CannotHide {
        /// The forge.
        forge: &'static str,
    },
}

impl Error {
    /// Tells whether the token is not allowed to write, as on a fork: the comment then goes where no token is needed.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Error::Refused { .. } | Error::NoToken { .. })
    }
}

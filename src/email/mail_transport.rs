//! The setting `MERIDIAN_MAIL`: where mails go.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use url::Url;

/// A password or token. It shows as `***` everywhere but where it is used.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides `secret`.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret itself, for the one place that has to send it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// When a connection that starts in plain text is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartTls {
    /// Nothing is sent unless the server encrypts. The default with credentials.
    Required,
    /// Encrypted where the server offers it. The default without credentials.
    Opportunistic,
    /// Never encrypted: for a relay on the same machine.
    Never,
}

/// How the conversation with the server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// `smtps`: from the first byte.
    Implicit,
    /// `smtp`: after a plain start.
    StartTls(StartTls),
}

/// Who we are to the mail server. Some providers use the token as the user name too, so both are secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The user name.
    pub user: Secret,
    /// The password.
    pub password: Secret,
    /// May they be sent over an unencrypted connection? Only with `auth=plain-text`.
    pub plain_text_allowed: bool,
}

/// One SMTP server and how to talk to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpServer {
    /// Host name or IP address, without brackets.
    pub host: String,
    /// TCP port. Default: 465 for `smtps`, else 587 with credentials and 25 without.
    pub port: u16,
    /// How it is encrypted.
    pub encryption: Encryption,
    /// Credentials, if the server wants any.
    pub account: Option<Account>,
    /// PEM file of the only authorities to trust, in place of the public ones (`ca=FILE`).
    pub authorities: Option<PathBuf>,
    /// Name to say in EHLO (`hello=NAME`). Default: the machine's host name.
    pub hello: Option<String>,
}

/// Where mails go: the parsed text of `MERIDIAN_MAIL`. Its text form shows no credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailTransport {
    /// `smtp://…` or `smtps://…`
    Smtp(SmtpServer),
    /// `file:DIR`: one `.eml` file a mail.
    File(PathBuf),
    /// `memory:`: kept in memory, for tests.
    Memory,
}

/// Why a text is not a [`MailTransport`]. It never repeats the text, which may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMailTransport {
    /// Not one of the accepted forms.
    #[error(
        "MERIDIAN_MAIL (--mail) must be smtp://[user:password@]host[:port], smtps://[user:password@]host[:port], \
         file:DIR or memory: (percent-encode special characters in user and password)."
    )]
    Form,
    /// An option that there is not, or that does not go with the rest.
    #[error(
        "MERIDIAN_MAIL (--mail) takes the options starttls=required|opportunistic|never and auth=plain-text (smtp only), \
         ca=FILE and hello=NAME, each once."
    )]
    Option,
    /// Credentials would travel in plain text.
    #[error(
        "MERIDIAN_MAIL (--mail) must use smtps:// or starttls=required when it has a user and password; \
         to send them unencrypted on purpose add auth=plain-text."
    )]
    PlainTextCredentials,
}

impl FromStr for MailTransport {
    type Err = InvalidMailTransport;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some(("file", directory)) if !directory.is_empty() => Ok(Self::File(directory.into())),
            Some(("memory", "")) => Ok(Self::Memory),
            Some(("smtp" | "smtps", rest)) if rest.starts_with("//") => {
                smtp_server(text).map(Self::Smtp)
            }
            _ => Err(InvalidMailTransport::Form),
        }
    }
}

impl fmt::Display for MailTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Smtp(server) => server.fmt(f),
            Self::File(directory) => write!(f, "file:{}", directory.display()),
            Self::Memory => f.write_str("memory:"),
        }
    }
}

impl fmt::Display for SmtpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.encryption {
            Encryption::Implicit => "smtps",
            Encryption::StartTls(_) => "smtp",
        };
        let account = if self.account.is_some() {
            "***:***@"
        } else {
            ""
        };
        if self.host.contains(':') {
            return write!(f, "{scheme}://{account}[{}]:{}", self.host, self.port);
        }
        write!(f, "{scheme}://{account}{}:{}", self.host, self.port)
    }
}

fn smtp_server(text: &str) -> Result<SmtpServer, InvalidMailTransport> {
    let url = Url::parse(text).map_err(|_| InvalidMailTransport::Form)?;
    let host = url.host_str().filter(|host| !host.is_empty());
    let host = host.ok_or(InvalidMailTransport::Form)?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
        return Err(InvalidMailTransport::Form);
    }
    let options = Options::read(&url)?;
    let account = account(&url, options.plain_text)?;
    let encryption = encryption(&url, &options, account.as_ref())?;
    let port = match (encryption, &account) {
        (Encryption::Implicit, _) => 465,
        (_, Some(_)) => 587,
        (_, None) => 25,
    };
    Ok(SmtpServer {
        host: host.to_owned(),
        port: url.port().unwrap_or(port),
        encryption,
        account,
        authorities: options.authorities,
        hello: options.hello,
    })
}

#[derive(Default)]
struct Options {
    starttls: Option<StartTls>,
    plain_text: bool,
    authorities: Option<PathBuf>,
    hello: Option<String>,
}

impl Options {
    fn read(url: &Url) -> Result<Self, InvalidMailTransport> {
        let mut options = Self::default();
        let mut seen = Vec::new();
        for (name, value) in url.query_pairs() {
            if seen.contains(&name) {
                return Err(InvalidMailTransport::Option);
            }
            match (name.as_ref(), value.as_ref()) {
                ("starttls", "required") => options.starttls = Some(StartTls::Required),
                ("starttls", "opportunistic") => options.starttls = Some(StartTls::Opportunistic),
                ("starttls", "never") => options.starttls = Some(StartTls::Never),
                ("auth", "plain-text") => options.plain_text = true,
                ("ca", file) if !file.is_empty() => options.authorities = Some(file.into()),
                ("hello", host) if is_host_name(host) => options.hello = Some(host.to_owned()),
                _ => return Err(InvalidMailTransport::Option),
            }
            seen.push(name);
        }
        Ok(options)
    }
}

fn is_host_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    !text.is_empty() && text.len() <= 255 && text.bytes().all(allowed)
}

fn account(url: &Url, plain_text_allowed: bool) -> Result<Option<Account>, InvalidMailTransport> {
    match (url.username(), url.password()) {
        ("", None) if plain_text_allowed => Err(InvalidMailTransport::Option),
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None) => Err(InvalidMailTransport::Form),
        (user, Some(password)) => Ok(Some(Account {
            user: decoded(user)?,
            password: decoded(password)?,
            plain_text_allowed,
        })),
    }
}

fn decoded(text: &str) -> Result<Secret, InvalidMailTransport> {
    let text = percent_decode_str(text).decode_utf8();
    let text = text.map_err(|_| InvalidMailTransport::Form)?;
    // NUL separates the parts of AUTH PLAIN.
    if text.contains('\0') {
        return Err(InvalidMailTransport::Form);
    }
    Ok(Secret::new(text))
}

fn encryption(
    url: &Url,
    options: &Options,
    account: Option<&Account>,
) -> Result<Encryption, InvalidMailTransport> {
    if url.scheme() == "smtps" {
        return match (options.starttls, options.plain_text) {
            (None, false) => Ok(Encryption::Implicit),
            _ => Err(InvalidMailTransport::Option),
        };
    }
    let secret = account.is_some_and(|account| !account.plain_text_allowed);
    let starttls = options.starttls.unwrap_or(if secret {
        StartTls::Required
    } else {
        StartTls::Opportunistic
    });
    if secret && starttls != StartTls::Required {
        return Err(InvalidMailTransport::PlainTextCredentials);
    }
    Ok(Encryption::StartTls(starttls))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(text: &str) -> SmtpServer {
        match text.parse() {
            Ok(MailTransport::Smtp(server)) => server,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn defaults_are_safe() {
        let with_account = server("smtp://dana:pw@mail.example");
        assert_eq!(
            with_account.encryption,
            Encryption::StartTls(StartTls::Required)
        );
        assert_eq!(with_account.port, 587);
        let relay = server("smtp://localhost");
        assert_eq!(
            relay.encryption,
            Encryption::StartTls(StartTls::Opportunistic)
        );
        assert_eq!(relay.port, 25);
        assert_eq!(server("smtps://dana:pw@mail.example").port, 465);
        assert_eq!(server("smtp://[::1]:2525").host, "::1");
    }

    #[test]
    fn everything_can_be_said() {
        let server = server(
            "smtp://da%40na:p%2Fw%23@mail.example:2525?starttls=never&auth=plain-text&ca=/etc/ca.pem&hello=box.example",
        );
        let account = server.account.unwrap();
        assert_eq!(
            (account.user.reveal(), account.password.reveal()),
            ("da@na", "p/w#")
        );
        assert_eq!(server.encryption, Encryption::StartTls(StartTls::Never));
        assert_eq!(server.authorities, Some("/etc/ca.pem".into()));
        assert_eq!(server.hello.as_deref(), Some("box.example"));
        assert_eq!("file:mail".parse(), Ok(MailTransport::File("mail".into())));
        assert_eq!("memory:".parse(), Ok(MailTransport::Memory));
    }

    #[test]
    fn credentials_never_travel_in_plain_text_by_accident() {
        for starttls in ["never", "opportunistic"] {
            let text = format!("smtp://dana:pw@mail.example?starttls={starttls}");
            assert_eq!(
                text.parse::<MailTransport>(),
                Err(InvalidMailTransport::PlainTextCredentials)
            );
        }
    }

    #[test]
    fn wrong_values_are_refused_without_repeating_them() {
        for text in [
            "",
            "smtp:",
            "smtp://",
            "smtp:host",
            "http://host",
            "mail",
            "file:",
            "memory:x",
            "SMTP://host",
            "smtp://hunter2:@host:port",
            "smtp://:hunter2@host",
            "smtp://dana@host",
            "smtp://dana:hun/ter2@host",
            "smtp://dana:12#hunter2@host",
            "smtp://dana:12?hunter2@host",
            "smtp://host?hunter2=1",
            "smtp://host?starttls=yes",
            "smtp://host?starttls=never&starttls=required",
            "smtp://host?auth=plain-text",
            "smtp://dana:%00hunter2@host",
            "smtps://host?starttls=required",
            "smtp://host?hello=a%0d%0ab",
        ] {
            let error = text.parse::<MailTransport>().expect_err(text);
            assert!(!format!("{error} {error:?}").contains("hunter2"));
        }
    }

    #[test]
    fn credentials_show_nowhere() {
        let transport: MailTransport = "smtp://to-ken:hunter2@mail.example".parse().unwrap();
        let shown = format!("{transport} {transport:?} {transport:#?}");
        assert!(
            !shown.contains("hunter2") && !shown.contains("to-ken"),
            "{shown}"
        );
        assert_eq!(transport.to_string(), "smtp://***:***@mail.example:587");
    }
}

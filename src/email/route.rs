//! The way to one SMTP server, checked once at start-up.

use std::fmt::Display;
use std::sync::Arc;

use lettre::transport::smtp::extension::ClientId;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::mail_transport::SmtpServer;
use super::redaction::Credentials;
use crate::error::{Error, Result};

/// Everything that opening a connection takes, checked once at start-up.
#[derive(Clone, Debug)]
pub(super) struct Route {
    /// The server; its text form shows no credentials.
    pub(super) server: SmtpServer,
    /// What its certificate must be for.
    pub(super) name: ServerName<'static>,
    /// Which authorities may vouch for it.
    pub(super) tls: Arc<ClientConfig>,
    /// What we say in EHLO.
    pub(super) hello: ClientId,
    /// What its words are cleaned of.
    pub(super) credentials: Credentials,
}

impl Route {
    /// Reads the authorities' file, if one is configured.
    pub(super) fn new(server: SmtpServer) -> Result<Self> {
        let name = ServerName::try_from(server.host.clone());
        let name =
            name.map_err(|_| unusable("its host is neither a host name nor an IP address"))?;
        let hello = server.hello.clone();
        Ok(Self {
            name,
            tls: Arc::new(client_config(&server)?),
            credentials: Credentials::of(server.account.as_ref()),
            hello: hello.map_or_else(ClientId::default, ClientId::Domain),
            server,
        })
    }
}

fn client_config(server: &SmtpServer) -> Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    match &server.authorities {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(file) => {
            let unreadable = |error: &dyn Display| {
                unusable(format!(
                    "its ca file {} cannot be used: {error}",
                    file.display()
                ))
            };
            for certificate in
                CertificateDer::pem_file_iter(file).map_err(|error| unreadable(&error))?
            {
                let certificate = certificate.map_err(|error| unreadable(&error))?;
                roots.add(certificate).map_err(|error| unreadable(&error))?;
            }
            if roots.is_empty() {
                return Err(unreadable(&"there is no certificate in it"));
            }
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Internal(error.into()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

fn unusable(why: impl Display) -> Error {
    Error::invalid(
        "mail",
        format!("MERIDIAN_MAIL (--mail) cannot be used: {why}."),
    )
}

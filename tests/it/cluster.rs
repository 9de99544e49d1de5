//! The throwaway PostgreSQL cluster that the other stories stand on.

use std::thread;
use std::time::Instant;

use sea_orm::{ConnectionTrait, Database, DatabaseConnection};

use crate::support::{postgres::Cluster, run_to_end};

async fn connect(url: &str) -> DatabaseConnection {
    Database::connect(url).await.expect("the database answers")
}

/// Creates the table `note` with one row that says `text`.
async fn write_note(url: &str, text: &str) {
    let connection = connect(url).await;
    for statement in [
        "CREATE TABLE IF NOT EXISTS note (text text)".to_owned(),
        format!("INSERT INTO note VALUES ('{text}')"),
    ] {
        connection
            .execute_unprepared(&statement)
            .await
            .expect("a row is written");
    }
    connection.close().await.expect("the connection closes");
}

async fn notes(url: &str) -> Vec<String> {
    let connection = connect(url).await;
    let statement = sea_orm::Statement::from_string(
        connection.get_database_backend(),
        "SELECT text FROM note ORDER BY text",
    );
    let rows = connection
        .query_all_raw(statement)
        .await
        .expect("rows are read");
    rows.iter()
        .map(|row| row.try_get_by_index(0).expect("a text"))
        .collect()
}

#[test]
fn threads_share_one_cluster_and_get_databases_of_their_own() {
    let Some(cluster) = Cluster::get() else {
        return;
    };
    let urls: Vec<String> = thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|number| {
                scope.spawn(move || {
                    let here = Cluster::get().expect("it was there a moment ago");
                    assert!(std::ptr::eq(here, cluster));
                    let url = here.create_database(None);
                    run_to_end(write_note(&url, &format!("from {number}")));
                    assert_eq!(run_to_end(notes(&url)), [format!("from {number}")]);
                    url
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no thread fails"))
            .collect()
    });
    assert!(
        urls.iter()
            .all(|url| urls.iter().filter(|other| *other == url).count() == 1)
    );
    urls.iter().for_each(|url| cluster.drop_database(url));
    assert!(
        run_to_end(Database::connect(&urls[0])).is_err(),
        "a dropped database is gone"
    );
}

#[tokio::test]
async fn a_template_is_made_once_and_its_copies_are_independent() {
    let Some(cluster) = Cluster::get() else {
        return;
    };
    let template = |note: &'static str| {
        cluster.template("cluster_story", move |url| async move {
            write_note(&url, note).await
        })
    };
    let first = cluster.create_database(Some(template("made first")));
    let second = cluster.create_database(Some(template("made again")));
    write_note(&first, "only in the first copy").await;
    assert_eq!(
        notes(&first).await,
        ["made first", "only in the first copy"]
    );
    assert_eq!(notes(&second).await, ["made first"]);
    let started = Instant::now();
    let third = cluster.create_database(Some("cluster_story"));
    println!("a copy of the template took {:?}", started.elapsed());
    assert_eq!(notes(&third).await, ["made first"]);
    for url in [first, second, third] {
        cluster.drop_database(&url);
    }
}

#[tokio::test]
async fn the_cluster_listens_on_the_loopback_address_only_and_asks_for_the_password() {
    let Some(cluster) = Cluster::get() else {
        return;
    };
    let url = cluster.create_database(None);
    let connection = connect(&url).await;
    let statement = sea_orm::Statement::from_string(
        connection.get_database_backend(),
        "SELECT current_setting('listen_addresses') || current_setting('unix_socket_directories')",
    );
    let row = connection
        .query_one_raw(statement)
        .await
        .expect("settings are read")
        .expect("one row");
    assert_eq!(
        row.try_get_by_index::<String>(0).expect("a text"),
        "127.0.0.1"
    );
    let (_, rest) = url.split_once('@').expect("a URL with a password");
    assert!(
        Database::connect(format!("postgres://meridian:guessed@{rest}"))
            .await
            .is_err()
    );
    drop(connection);
    cluster.drop_database(&url);
}

//! What people type into names stays text.

use super::crowded;

const HOSTILE: &str = "<script>alert(\"1\")</script>\r\nBcc: all@example.com\n\u{202e}'\"><b onload=x>\u{0}\u{1b}[31m";

fn tags(html: &str) -> Vec<&str> {
    let pieces = html.split('<').skip(1);
    pieces
        .map(|piece| piece.split([' ', '>']).next().unwrap())
        .collect()
}

fn is_hostile(c: char) -> bool {
    (c.is_control() && c != '\n') || c == '\u{202e}'
}

#[test]
fn a_hostile_name_adds_no_tag_no_line_and_no_control_character() {
    let (summary, tame) = (
        crowded::capacity_summary(1, HOSTILE),
        crowded::capacity_summary(1, "Tom"),
    );
    assert_tame(
        &summary.html().unwrap(),
        &tame.html().unwrap(),
        &summary.text().unwrap(),
        &summary.subject(),
    );
    let (update, tame) = (
        crowded::client_update(1, HOSTILE),
        crowded::client_update(1, "Tom"),
    );
    assert_tame(
        &update.html().unwrap(),
        &tame.html().unwrap(),
        &update.text().unwrap(),
        &update.subject(),
    );
}

fn assert_tame(html: &str, tame: &str, text: &str, subject: &str) {
    assert!(
        html.contains("&#60;script&#62;"),
        "the name is shown, escaped"
    );
    assert_eq!(tags(html), tags(tame));
    assert!(!html.contains("\"><b") && !html.contains("onload=x>"));
    for part in [html, text, subject] {
        assert!(!part.contains(is_hostile), "{part:?}");
    }
    assert!(!subject.contains('\n'));
    assert!(!text.lines().any(|line| line.starts_with("Bcc:")));
}

//! What was filled in on a page.

use jiff::civil::Time;

/// The fields of a form, as they were posted.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads `application/x-www-form-urlencoded`. What is none has no fields that a page knows.
    pub(super) fn read(body: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(body).into_owned().collect())
    }

    /// The value of a field without spaces around it; empty when it was not posted.
    pub(super) fn value(&self, name: &str) -> &str {
        let mut of_name = self.0.iter().filter(|(one, _)| one == name);
        of_name.next().map_or("", |(_, value)| value.trim())
    }

    /// A whole number among `allowed`.
    pub(super) fn number(&self, name: &str, allowed: &[i32]) -> Option<i32> {
        let number = self.value(name).parse().ok()?;
        allowed.contains(&number).then_some(number)
    }

    /// Minutes after midnight of a time such as `08:30`; browsers may add seconds.
    pub(super) fn minute_of_day(&self, name: &str) -> Option<i32> {
        let value = self.value(name);
        let time = Time::strptime("%H:%M", value).or_else(|_| Time::strptime("%H:%M:%S", value));
        let time = time.ok()?;
        Some(i32::from(time.hour()) * 60 + i32::from(time.minute()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(body: &str) -> Fields {
        Fields::read(body.as_bytes())
    }

    #[test]
    fn a_field_is_read_as_it_was_typed() {
        let fields = fields("reason=+They+asked%20%C3%BCber+no+mail%21%0D%0A&weeks=2&weeks=4");
        assert_eq!(fields.value("reason"), "They asked über no mail!");
        assert_eq!(fields.number("weeks", &[1, 2, 4]), Some(2), "the first");
        assert_eq!(fields.value("weekday"), "");
    }

    #[test]
    fn what_is_no_time_and_no_choice_is_none() {
        for (typed, minute) in [
            ("08%3A30", Some(510)),
            ("00:00", Some(0)),
            ("23:59:00", Some(1439)),
            ("24:00", None),
            ("8.30", None),
            ("", None),
            ("-1:00", None),
        ] {
            let fields = fields(&format!("time={typed}"));
            assert_eq!(fields.minute_of_day("time"), minute, "{typed}");
        }
        for typed in ["3", "0", "", "two", "1e0", "99999999999999999999"] {
            let fields = fields(&format!("weeks={typed}"));
            assert_eq!(fields.number("weeks", &[1, 2, 4]), None, "{typed}");
        }
    }

    #[test]
    fn bytes_that_are_no_form_have_no_fields() {
        for body in [&b""[..], b"\xff\xfe\x00", b"{\"weeks\":2}", b"====&&&"] {
            assert_eq!(Fields::read(body).value("weeks"), "");
        }
    }
}

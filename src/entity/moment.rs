//! Days and instants as jiff has them, stored as chrono has them: SeaORM
//! does not speak jiff, and the rest of Meridian does not speak chrono.

use std::fmt;
use std::ops::Deref;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use jiff::{Timestamp, civil::Date};
use sea_orm::sea_query::{ArrayType, ColumnType, Nullable, ValueType, ValueTypeErr};
use sea_orm::{ColIdx, QueryResult, TryGetError, TryGetable, Value};

/// A civil day: a `date` column.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct Day(pub Date);

/// An instant, UTC, to the microsecond: a `timestamp with time zone` column.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct Moment(pub Timestamp);

impl Day {
    fn to_chrono(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(
            self.0.year().into(),
            self.0.month() as u32,
            self.0.day() as u32,
        )
        .unwrap_or_default()
    }

    fn from_chrono(date: NaiveDate) -> Option<Self> {
        Date::new(
            date.year().try_into().ok()?,
            date.month().try_into().ok()?,
            date.day().try_into().ok()?,
        )
        .ok()
        .map(Self)
    }
}

impl Moment {
    fn to_chrono(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.as_microsecond()).unwrap_or_default()
    }

    fn from_chrono(instant: DateTime<Utc>) -> Option<Self> {
        Timestamp::from_microsecond(instant.timestamp_micros())
            .ok()
            .map(Self)
    }
}

macro_rules! stored_as {
    ($ours:ident, $inner:ty, $chrono:ty) => {
        impl Deref for $ours {
            type Target = $inner;

            fn deref(&self) -> &$inner {
                &self.0
            }
        }

        impl From<$inner> for $ours {
            fn from(inner: $inner) -> Self {
                Self(inner)
            }
        }

        impl fmt::Display for $ours {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<$ours> for Value {
            fn from(ours: $ours) -> Self {
                ours.to_chrono().into()
            }
        }

        impl Nullable for $ours {
            fn null() -> Value {
                <$chrono as Nullable>::null()
            }
        }

        impl ValueType for $ours {
            fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
                let stored = <$chrono as ValueType>::try_from(value)?;
                Self::from_chrono(stored).ok_or(ValueTypeErr)
            }

            fn type_name() -> String {
                stringify!($ours).to_owned()
            }

            fn array_type() -> ArrayType {
                <$chrono as ValueType>::array_type()
            }

            fn column_type() -> ColumnType {
                <$chrono as ValueType>::column_type()
            }
        }

        impl TryGetable for $ours {
            fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
                let stored = <$chrono as TryGetable>::try_get_by(row, index)?;
                Self::from_chrono(stored).ok_or_else(|| {
                    TryGetError::DbErr(sea_orm::DbErr::Type(format!(
                        "{stored} is outside the years jiff knows"
                    )))
                })
            }
        }

        impl sea_orm::IntoActiveValue<$ours> for $ours {
            fn into_active_value(self) -> sea_orm::ActiveValue<$ours> {
                sea_orm::ActiveValue::Set(self)
            }
        }
    };
}

stored_as!(Day, Date, NaiveDate);
stored_as!(Moment, Timestamp, DateTime<Utc>);

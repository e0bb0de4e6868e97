//! Owns the months before the quarter: the company's year, and how the two teams set their goals for the summer.

use super::{INES, JONAS, MEILIN, RUTH, TOMASZ};
use crate::cli::demo::chronicle::{Edit, Step, by, merge, set, value};

const PAY: &str = "\"\"\"Takes a payment.\"\"\"


def pay(basket, card):
    connection = connect()
    return connection.charge(card, basket.total)
";

pub(super) fn steps() -> Vec<Step> {
    vec![
        by(
            RUTH,
            "2026-01-09T10:12",
            "Start a place for what we want to achieve",
            [
                Edit::Write("README.md", include_str!("../files/README.md")),
                Edit::Write("okr.toml", include_str!("../files/okr.toml")),
            ],
        ),
        by(
            RUTH,
            "2026-01-12T17:40",
            "Say what 2026 is for\n\nTalked over with both teams on Friday. Three figures, no more.",
            [Edit::Write("okrs/2026/company.toml", include_str!("../files/company.toml"))],
        ),
        by(
            RUTH,
            "2026-02-06T16:03",
            "Check in January",
            [
                value("returning-revenue", "38.0", "2026-01-31").confidence("0.5"),
                value("complaints", "14.2", "2026-01-31").confidence("0.6"),
                value("margin", "31.5", "2026-01-31").confidence("0.6"),
            ],
        ),
        by(
            RUTH,
            "2026-03-06T15:48",
            "Check in February",
            [value("returning-revenue", "38.6", "2026-02-28"), value("complaints", "13.6", "2026-02-28")],
        ),
        by(TOMASZ, "2026-03-19T11:25", "Take payments in one place", [Edit::Write("shop/checkout/pay.py", PAY)]),
        by(
            RUTH,
            "2026-04-10T16:30",
            "Check in the first quarter",
            [
                value("returning-revenue", "39.7", "2026-03-31"),
                value("complaints", "13.1", "2026-03-31").note("Late frost: we held parcels back and said so. It helped."),
                value("margin", "31.6", "2026-03-31"),
            ],
        ),
        by(
            RUTH,
            "2026-05-08T16:11",
            "Check in April",
            [value("returning-revenue", "41.2", "2026-04-30"), value("complaints", "12.2", "2026-04-30")],
        ),
        by(
            RUTH,
            "2026-06-05T15:20",
            "Check in May",
            [
                value("returning-revenue", "42.1", "2026-05-31"),
                value("complaints", "11.8", "2026-05-31"),
                value("margin", "31.9", "2026-05-31"),
            ],
        ),
        by(
            INES,
            "2026-06-22T14:02",
            "Draft what payments wants from the summer",
            [Edit::Write("okrs/2026-Q3/payments.toml", include_str!("../files/payments.toml"))],
        )
        .on("payments-summer"),
        by(
            MEILIN,
            "2026-06-24T10:37",
            "Draft what growth wants from the summer",
            [Edit::Write("okrs/2026-Q3/growth.toml", include_str!("../files/growth.toml"))],
        )
        .on("growth-summer"),
        by(
            TOMASZ,
            "2026-06-25T09:50",
            "Take the latency of June as the baseline\n\nThe draft had the figure of April, from before the new shop windows.",
            [set("p99-latency", "baseline", "420")],
        )
        .on("payments-summer"),
        by(
            JONAS,
            "2026-06-26T13:15",
            "Ask less of the garden diary\n\nThree letters a week would get us to 20 %, and nobody wants three letters a week.",
            [set("garden-diary", "target", "15")],
        )
        .on("growth-summer"),
        merge("payments-summer", RUTH, "2026-06-29T09:05", "Merge the goals of payments for the summer"),
        merge("growth-summer", RUTH, "2026-06-30T17:22", "Merge the goals of growth for the summer"),
    ]
}

//! Owns September: the audit passes, Poland opens, and too many deployments are rolled back.

use super::{INES, JONAS, MEILIN, PRIYA, RUTH, TOMASZ};
use crate::cli::demo::chronicle::{Edit, Step, by, merge, set, value};

pub(super) fn steps() -> Vec<Step> {
    [tenth(), eleventh(), twelfth(), thirteenth()].concat()
}

fn tenth() -> Vec<Step> {
    const DAY: &str = "2026-09-04";
    vec![
        by(TOMASZ, "2026-09-04T15:36", "Check in latency", [value("p99-latency", "345", DAY)]),
        by(
            INES,
            "2026-09-04T16:12",
            "Check in payments, week 10",
            [
                value("failed-payments", "2.5", DAY),
                value("rollback-rate", "2.4", DAY)
                    .note("Over the limit. We deploy twice as often, and review as before."),
                value("chargebacks", "0.36", DAY),
            ],
        ),
        by(PRIYA, "2026-09-04T16:26", "Check in abroad", [value("completion-abroad", "47.8", DAY)]),
        by(
            MEILIN,
            "2026-09-04T16:40",
            "Check in growth, week 10",
            [
                value("repeat-orders", "26.0", DAY),
                value("finder-to-basket", "28.8", DAY),
                value("unsubscribes", "0.37", DAY),
                value("wrong-plant-returns", "4.0", DAY),
            ],
        ),
        by(
            JONAS,
            "2026-09-04T17:15",
            "Check in the desk and the first basket",
            [value("answered-same-day", "76", DAY), value("time-to-basket", "8.5", DAY)],
        )
        .recorded("2026-09-07T09:20"),
    ]
}

fn eleventh() -> Vec<Step> {
    const DAY: &str = "2026-09-11";
    vec![
        by(
            PRIYA,
            "2026-09-10T17:48",
            "Open BLIK in Poland\n\nOKR: local-methods",
            [
                Edit::Write(
                    "shop/checkout/methods.py",
                    "METHODS = {\"DE\": \"account\", \"NL\": \"ideal\", \"PL\": \"blik\"}\n",
                ),
                Edit::Replace(
                    "{ title = \"Poland, BLIK\", done = false,",
                    "{ title = \"Poland, BLIK\", done = 2026-09-10,",
                ),
            ],
        )
        .on("blik"),
        by(
            TOMASZ,
            "2026-09-11T15:15",
            "Check in latency",
            [value("p99-latency", "341", DAY).note("Pages for phones carry a smaller script.")],
        ),
        by(
            INES,
            "2026-09-11T16:00",
            "Check in payments, week 11",
            [
                value("failed-payments", "2.3", DAY),
                value("rollback-rate", "2.2", DAY),
                value("chargebacks", "0.35", DAY),
                set("card-audit", "confidence", "0.9")
                    .note("The auditor was here for two days and asked for two papers."),
            ],
        ),
        merge("blik", TOMASZ, "2026-09-11T16:50", "Merge BLIK"),
        by(PRIYA, "2026-09-11T17:05", "Check in abroad", [value("completion-abroad", "49.0", DAY)]),
        by(
            MEILIN,
            "2026-09-11T17:12",
            "Check in growth, week 11",
            [
                value("repeat-orders", "26.7", DAY),
                value("finder-to-basket", "29.0", DAY),
                value("unsubscribes", "0.35", DAY),
                value("wrong-plant-returns", "4.3", DAY),
            ],
        ),
        by(
            JONAS,
            "2026-09-11T17:33",
            "Check in the desk and the first basket",
            [
                value("answered-same-day", "77", DAY),
                value("time-to-basket", "8.4", DAY)
                    .confidence("0.45")
                    .note("What is left is the delivery date, and that waits for the parcel service."),
            ],
        ),
    ]
}

fn twelfth() -> Vec<Step> {
    const DAY: &str = "2026-09-18";
    vec![
        by(
            INES,
            "2026-09-16T12:10",
            "Pass the card audit\n\nNo major finding, two minor ones: both mended while the auditor was at lunch.",
            [
                set("card-audit", "done", "2026-09-16")
                    .confidence("1.0")
                    .note("Passed: no major finding, two minor ones.")
                    .and("evidence", "[\"https://hedgerow.example/audit/2026\"]"),
                Edit::Replace(
                    "drives = [\"card-audit\"]\nstatus = \"active\"",
                    "drives = [\"card-audit\"]\nstatus = \"done\"",
                ),
            ],
        ),
        by(TOMASZ, "2026-09-18T15:02", "Check in latency", [value("p99-latency", "338", DAY)]),
        by(
            INES,
            "2026-09-18T15:44",
            "Check in payments, week 12",
            [
                value("failed-payments", "2.2", DAY),
                value("rollback-rate", "2.6", DAY)
                    .note("Worse. From Monday the translations are tested before they are merged."),
                value("chargebacks", "0.34", DAY),
            ],
        ),
        by(PRIYA, "2026-09-18T16:08", "Check in abroad", [value("completion-abroad", "50.1", DAY).confidence("0.7")]),
        by(
            MEILIN,
            "2026-09-18T16:30",
            "Check in growth, week 12",
            [
                value("repeat-orders", "27.1", DAY),
                value("finder-to-basket", "29.3", DAY),
                value("unsubscribes", "0.36", DAY),
                value("wrong-plant-returns", "4.1", DAY),
            ],
        ),
        by(
            JONAS,
            "2026-09-18T16:52",
            "Check in the desk and the first basket",
            [value("answered-same-day", "78", DAY), value("time-to-basket", "8.2", DAY)],
        ),
        by(
            RUTH,
            "2026-09-18T18:20",
            "Check in the company's year",
            [
                value("returning-revenue", "45.9", DAY).confidence("0.7"),
                value("complaints", "9.8", DAY),
                value("margin", "32.4", DAY).confidence("0.4").note("Postage went up in September."),
            ],
        ),
    ]
}

fn thirteenth() -> Vec<Step> {
    const DAY: &str = "2026-09-25";
    vec![
        by(
            TOMASZ,
            "2026-09-25T14:10",
            "Check in latency",
            [value("p99-latency", "335", DAY).note("Six days to go. 330 is likely, 320 is not.").confidence("0.5")],
        ),
        by(
            PRIYA,
            "2026-09-25T14:25",
            "Check in abroad",
            [
                value("completion-abroad", "50.9", DAY),
                set("local-methods", "as_of", DAY).note("Bizum waits for a signature in Madrid. It will be October."),
            ],
        ),
        by(
            INES,
            "2026-09-25T14:48",
            "Check in payments, week 13",
            [
                value("failed-payments", "2.1", DAY),
                value("rollback-rate", "2.5", DAY),
                value("chargebacks", "0.35", DAY),
            ],
        ),
        by(
            MEILIN,
            "2026-09-25T15:05",
            "Check in growth, week 13",
            [
                value("repeat-orders", "27.4", DAY),
                value("finder-to-basket", "29.5", DAY)
                    .confidence("0.1")
                    .note("We asked good questions and had too few answers to sell."),
                value("unsubscribes", "0.34", DAY),
                value("wrong-plant-returns", "4.2", DAY),
            ],
        ),
        by(
            JONAS,
            "2026-09-25T15:30",
            "Check in the desk and the first basket",
            [
                value("answered-same-day", "78", DAY).note("Both gardeners are back."),
                value("time-to-basket", "8.1", DAY),
            ],
        ),
    ]
}

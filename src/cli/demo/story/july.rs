//! Owns July: a good start, one contract signed, and the connection pool.

use super::{INES, JONAS, MEILIN, PRIYA, RUTH, TOMASZ};
use crate::cli::demo::chronicle::{Edit, Step, by, merge, value};

pub(super) fn steps() -> Vec<Step> {
    [first(), second(), third(), fourth(), fifth()].concat()
}

fn first() -> Vec<Step> {
    const DAY: &str = "2026-07-03";
    vec![
        by(
            MEILIN,
            "2026-07-03T15:05",
            "Check in growth, week 1",
            [
                value("repeat-orders", "22.0", DAY),
                value("finder-to-basket", "26.0", DAY).note("First count. The finder had none before today."),
                value("unsubscribes", "0.32", DAY),
            ],
        ),
        by(
            TOMASZ,
            "2026-07-03T16:40",
            "Check in latency and deployments",
            [value("p99-latency", "420", DAY), value("deploy-time", "18.0", DAY)],
        ),
        by(
            INES,
            "2026-07-03T16:58",
            "Check in payments, week 1",
            [
                value("failed-payments", "3.8", DAY),
                value("rollback-rate", "1.2", DAY),
                value("chargebacks", "0.31", DAY),
            ],
        ),
        by(PRIYA, "2026-07-03T17:10", "Check in abroad", [value("completion-abroad", "41.0", DAY)]),
        by(
            JONAS,
            "2026-07-06T09:12",
            "Check in growth: what I forgot on Friday",
            [
                value("answered-same-day", "56", DAY),
                value("garden-diary", "4.0", DAY),
                value("time-to-basket", "11.5", DAY),
                value("wrong-plant-returns", "3.4", DAY),
            ],
        ),
    ]
}

fn second() -> Vec<Step> {
    const DAY: &str = "2026-07-10";
    vec![
        by(
            TOMASZ,
            "2026-07-10T15:30",
            "Check in latency and deployments",
            [
                value("p99-latency", "418", DAY)
                    .note("A third of the wait is opening connections. Pooling comes first."),
                value("deploy-time", "17.5", DAY),
            ],
        ),
        by(
            INES,
            "2026-07-10T16:20",
            "Check in payments, week 2",
            [
                value("failed-payments", "3.7", DAY),
                value("rollback-rate", "1.4", DAY),
                value("chargebacks", "0.33", DAY),
            ],
        ),
        by(PRIYA, "2026-07-10T16:44", "Check in abroad", [value("completion-abroad", "41.5", DAY)]),
        by(
            MEILIN,
            "2026-07-10T16:50",
            "Check in growth, week 2",
            [
                value("repeat-orders", "22.1", DAY),
                value("finder-to-basket", "26.4", DAY),
                value("unsubscribes", "0.30", DAY),
            ],
        ),
        by(
            JONAS,
            "2026-07-10T17:02",
            "Check in the desk and the first basket",
            [
                value("answered-same-day", "60", DAY).note("Saturdays are answered on Saturdays now."),
                value("garden-diary", "4.2", DAY),
                value("time-to-basket", "11.2", DAY),
                value("wrong-plant-returns", "3.1", DAY),
            ],
        ),
        by(
            RUTH,
            "2026-07-10T18:05",
            "Check in the company's year at half-time",
            [
                value("returning-revenue", "43.1", "2026-06-30").confidence("0.6"),
                value("complaints", "11.3", "2026-06-30"),
                value("margin", "32.0", "2026-06-30").confidence("0.5"),
            ],
        ),
    ]
}

fn third() -> Vec<Step> {
    const DAY: &str = "2026-07-17";
    vec![
        by(
            TOMASZ,
            "2026-07-15T11:08",
            "Pool the connections to the card processor\n\nOKR: p99-latency\nOKR: failed-payments",
            [
                Edit::Replace(
                    "    connection = connect()\n    return",
                    "    with pool.connection() as connection:\n        return",
                ),
                Edit::Replace(
                    "drives = [\"p99-latency\", \"failed-payments\"]\nstatus = \"planned\"",
                    "drives = [\"p99-latency\", \"failed-payments\"]\nstatus = \"active\"",
                ),
            ],
        )
        .on("connection-pool"),
        by(
            TOMASZ,
            "2026-07-17T15:52",
            "Check in latency and deployments",
            [
                value("p99-latency", "405", DAY).confidence("0.7").note("Pooling runs for one customer in ten."),
                value("deploy-time", "16.0", DAY),
            ],
        )
        .on("connection-pool"),
        by(
            INES,
            "2026-07-17T16:15",
            "Check in payments, week 3",
            [
                value("failed-payments", "3.7", DAY)
                    .note("No move yet: most failures are timeouts, and pooling is not out."),
                value("rollback-rate", "1.1", DAY),
                value("chargebacks", "0.35", DAY),
            ],
        ),
        by(PRIYA, "2026-07-17T16:31", "Check in abroad", [value("completion-abroad", "41.2", DAY)]),
        by(
            MEILIN,
            "2026-07-17T17:20",
            "Check in growth, week 3",
            [
                value("repeat-orders", "22.4", DAY),
                value("finder-to-basket", "26.1", DAY),
                value("unsubscribes", "0.35", DAY),
            ],
        ),
        merge("connection-pool", INES, "2026-07-20T09:40", "Merge the connection pool"),
        by(
            JONAS,
            "2026-07-17T17:45",
            "Check in the desk and the first basket",
            [
                value("answered-same-day", "63", DAY),
                value("garden-diary", "4.1", DAY),
                value("time-to-basket", "10.9", DAY),
                value("wrong-plant-returns", "3.6", DAY),
            ],
        )
        .recorded("2026-07-20T10:03"),
    ]
}

fn fourth() -> Vec<Step> {
    const DAY: &str = "2026-07-24";
    vec![
        by(
            TOMASZ,
            "2026-07-24T15:18",
            "Check in latency and deployments",
            [
                value("p99-latency", "392", DAY).note("Pooling is out for all."),
                value("deploy-time", "15.2", DAY).confidence("0.6"),
            ],
        ),
        by(
            INES,
            "2026-07-24T16:02",
            "Check in payments, week 4",
            [
                value("failed-payments", "3.5", DAY),
                value("rollback-rate", "1.6", DAY),
                value("chargebacks", "0.38", DAY),
            ],
        ),
        by(
            MEILIN,
            "2026-07-24T16:25",
            "Check in growth, week 4",
            [
                value("repeat-orders", "22.9", DAY),
                value("finder-to-basket", "27.0", DAY),
                value("unsubscribes", "0.34", DAY),
            ],
        ),
        by(
            JONAS,
            "2026-07-24T16:48",
            "Check in the desk and the first basket",
            [
                value("answered-same-day", "66", DAY),
                value("garden-diary", "4.6", DAY),
                value("time-to-basket", "10.1", DAY).note("Asking about light first saves most people a minute."),
                value("wrong-plant-returns", "3.8", DAY),
                Edit::Replace(
                    "drives = [\"answered-same-day\"]\nstatus = \"planned\"",
                    "drives = [\"answered-same-day\"]\nstatus = \"active\"",
                ),
            ],
        ),
        by(PRIYA, "2026-07-27T10:20", "Check in abroad", [value("completion-abroad", "42.0", DAY)]),
    ]
}

fn fifth() -> Vec<Step> {
    const DAY: &str = "2026-07-31";
    vec![
        by(
            PRIYA,
            "2026-07-31T11:30",
            "Check in abroad: Germany pays on account",
            [
                Edit::Replace(
                    "{ title = \"Germany, on account\", done = false,",
                    "{ title = \"Germany, on account\", done = 2026-07-28,",
                ),
                value("completion-abroad", "43.1", DAY)
                    .note("Three days of it. Germans finish half again as many baskets."),
            ],
        ),
        by(
            TOMASZ,
            "2026-07-31T15:27",
            "Check in latency and deployments",
            [
                value("p99-latency", "380", DAY),
                value("deploy-time", "13.8", DAY).note("One image for all stages. Tests run while it is built."),
                Edit::Replace(
                    "drives = [\"deploy-time\"]\nstatus = \"planned\"",
                    "drives = [\"deploy-time\"]\nstatus = \"active\"",
                ),
            ],
        ),
        by(
            INES,
            "2026-07-31T16:10",
            "Check in payments, week 5",
            [
                value("failed-payments", "3.3", DAY).note("Timeouts are down by a third."),
                value("rollback-rate", "1.8", DAY),
                value("chargebacks", "0.36", DAY),
            ],
        ),
        by(
            MEILIN,
            "2026-07-31T16:33",
            "Check in growth, week 5",
            [
                value("repeat-orders", "23.5", DAY),
                value("finder-to-basket", "27.3", DAY)
                    .confidence("0.4")
                    .note("The questions help; the list of plants after them does not."),
                value("unsubscribes", "0.47", DAY).note("The letter about slugs went to people on balconies. Close."),
            ],
        ),
        by(
            JONAS,
            "2026-07-31T16:55",
            "Check in the desk and the first basket",
            [
                value("answered-same-day", "70", DAY).confidence("0.7"),
                value("garden-diary", "5.0", DAY)
                    .confidence("0.3")
                    .note("Talked to nine people: they keep paper diaries, and like them."),
                value("time-to-basket", "9.8", DAY),
                value("wrong-plant-returns", "4.0", DAY),
            ],
        ),
        by(
            RUTH,
            "2026-07-31T18:14",
            "Check in the company's year",
            [value("returning-revenue", "43.8", DAY), value("complaints", "10.9", DAY), value("margin", "32.1", DAY)],
        ),
    ]
}

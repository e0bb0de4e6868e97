//! Owns August: holidays, a goal that is given up, and a goalpost that moves.

use super::{INES, JONAS, MEILIN, PRIYA, RUTH, TOMASZ};
use crate::cli::demo::chronicle::{Edit, Step, by, merge, set, value};

pub(super) fn steps() -> Vec<Step> {
    [sixth(), seventh(), eighth(), ninth()].concat()
}

fn sixth() -> Vec<Step> {
    const DAY: &str = "2026-08-07";
    vec![
        by(
            TOMASZ,
            "2026-08-07T15:41",
            "Check in payments, for Ines too",
            [
                value("p99-latency", "371", DAY),
                value("deploy-time", "12.9", DAY),
                value("failed-payments", "3.1", DAY),
                value("rollback-rate", "1.7", DAY),
                value("chargebacks", "0.42", DAY).note("Over the limit: somebody tries stolen cards on gift vouchers."),
            ],
        ),
        by(PRIYA, "2026-08-07T16:05", "Check in abroad", [value("completion-abroad", "43.8", DAY)]),
        by(
            MEILIN,
            "2026-08-07T16:22",
            "Check in growth, week 6",
            [
                value("repeat-orders", "24.0", DAY),
                value("finder-to-basket", "27.2", DAY),
                value("unsubscribes", "0.41", DAY),
                value("answered-same-day", "71", DAY),
                value("garden-diary", "5.0", DAY),
                value("time-to-basket", "9.6", DAY),
                value("wrong-plant-returns", "3.9", DAY),
            ],
        ),
    ]
}

fn seventh() -> Vec<Step> {
    const DAY: &str = "2026-08-14";
    vec![
        by(
            JONAS,
            "2026-08-12T10:30",
            "Give up the garden diary\n\nFourteen interviews say the same: paper does this better. The time goes to the answering desk.",
            [set("garden-diary", "status", "\"dropped\"").and("amend", "[{ on = 2026-08-12, reason = \"Customers keep paper diaries and like them\", approved_by = \"@ruth\" }]")
                .confidence("0.1")
                .note("Paper does this better. We stop rather than push.")],
        ),
        by(
            TOMASZ,
            "2026-08-14T14:55",
            "Check in latency and deployments",
            [
                value("p99-latency", "362", DAY),
                value("deploy-time", "12.0", DAY).note("The rest is the slow browser tests. After the audit."),
            ],
        ),
        by(
            JONAS,
            "2026-08-14T15:35",
            "Say what the finder's visitors do not find",
            [
                set("finder-to-basket", "note", "\"Half of them want plants for shade, and we list eleven.\""),
                value("answered-same-day", "69", DAY)
                    .confidence("0.5")
                    .note("One of two gardeners is ill, and it is bulb season."),
                value("time-to-basket", "9.2", DAY),
            ],
        )
        .on("finder-interviews"),
        by(
            MEILIN,
            "2026-08-14T16:10",
            "Check in growth, week 7",
            [
                value("repeat-orders", "24.2", DAY),
                value("finder-to-basket", "27.9", DAY),
                value("unsubscribes", "0.38", DAY),
                value("wrong-plant-returns", "4.1", DAY),
            ],
        ),
        by(
            PRIYA,
            "2026-08-14T16:40",
            "Check in payments, week 7",
            [
                value("completion-abroad", "44.6", DAY),
                value("failed-payments", "2.9", DAY),
                value("rollback-rate", "1.5", DAY),
                value("chargebacks", "0.44", DAY).note("Vouchers now wait an hour. The count lags by four weeks."),
            ],
        ),
        merge("finder-interviews", MEILIN, "2026-08-17T09:30", "Merge Jonas's check-in with what the visitors said"),
        by(
            RUTH,
            "2026-08-17T17:10",
            "Check in the company's year",
            [value("returning-revenue", "44.2", DAY), value("complaints", "10.6", DAY), value("margin", "32.1", DAY)],
        ),
    ]
}

fn eighth() -> Vec<Step> {
    const DAY: &str = "2026-08-21";
    vec![
        by(
            TOMASZ,
            "2026-08-21T15:12",
            "Check in latency",
            [value("p99-latency", "355", DAY)
                .confidence("0.4")
                .note("The processor itself takes 280 ms at the 99th. We cannot get below that.")],
        ),
        by(
            PRIYA,
            "2026-08-21T15:50",
            "Check in abroad: iDEAL is open",
            [
                Edit::Replace(
                    "{ title = \"Netherlands, iDEAL\", done = false,",
                    "{ title = \"Netherlands, iDEAL\", done = 2026-08-18,",
                ),
                value("completion-abroad", "46.0", DAY).confidence("0.6"),
            ],
        ),
        by(
            INES,
            "2026-08-21T16:30",
            "Check in payments, week 8",
            [
                value("failed-payments", "2.8", DAY),
                value("rollback-rate", "1.6", DAY),
                value("chargebacks", "0.39", DAY).note("Back under the limit."),
            ],
        ),
        by(
            MEILIN,
            "2026-08-21T16:47",
            "Check in growth, week 8\n\nJonas is at the answering desk this month; I take the returns.",
            [
                value("repeat-orders", "25.1", DAY)
                    .note("The August letter went out on the 13th. One reader in nine ordered."),
                value("finder-to-basket", "28.4", DAY),
                value("unsubscribes", "0.36", DAY),
                value("wrong-plant-returns", "4.2", DAY),
                set("wrong-plant-returns", "owner", "\"@meilin\""),
                Edit::Replace(
                    "drives = [\"repeat-orders\"]\nstatus = \"active\"",
                    "drives = [\"repeat-orders\"]\nstatus = \"done\"",
                ),
            ],
        ),
        by(
            JONAS,
            "2026-08-21T17:31",
            "Check in the desk and the first basket",
            [value("answered-same-day", "72", DAY), value("time-to-basket", "9.0", DAY)],
        )
        .recorded("2026-08-24T08:55"),
    ]
}

fn ninth() -> Vec<Step> {
    const DAY: &str = "2026-08-28";
    vec![
        by(
            TOMASZ,
            "2026-08-24T14:20",
            "Aim for the latency that can be had\n\nThe processor takes 280 ms of the 294 that we promised. With 40 for us, 320 is what\nour work can reach; a second processor is next year's question.",
            [set("p99-latency", "target", "320").and(
                "amend",
                "[{ on = 2026-08-24, reason = \"The card processor alone takes 280 ms; a second one is next year's question\", approved_by = \"@ruth\" }]",
            )],
        )
        .on("latency-floor"),
        merge("latency-floor", RUTH, "2026-08-25T09:15", "Merge the new latency target\n\nAgreed, and noted that we promised 294."),
        by(
            TOMASZ,
            "2026-08-28T15:25",
            "Check in latency\n\nOKR: p99-latency",
            [
                value("p99-latency", "350", DAY).confidence("0.7").note("Receipts are printed after the answer now, not before."),
                Edit::Replace(
                    "drives = [\"p99-latency\", \"failed-payments\"]\nstatus = \"active\"",
                    "drives = [\"p99-latency\", \"failed-payments\"]\nstatus = \"done\"",
                ),
            ],
        ),
        by(
            INES,
            "2026-08-28T16:05",
            "Check in payments, week 9",
            [
                value("failed-payments", "2.6", DAY).confidence("0.7"),
                value("rollback-rate", "1.9", DAY).note("Just below. Two of the last five were the same translation."),
                value("chargebacks", "0.37", DAY),
            ],
        ),
        by(PRIYA, "2026-08-28T16:20", "Check in abroad", [value("completion-abroad", "46.9", DAY)]),
        by(
            MEILIN,
            "2026-08-28T16:42",
            "Check in growth, week 9",
            [
                value("repeat-orders", "25.8", DAY).confidence("0.6"),
                value("finder-to-basket", "28.1", DAY).confidence("0.3").note("Plants for shade arrive in October. Until then there is little to find."),
                value("unsubscribes", "0.40", DAY),
                value("wrong-plant-returns", "3.9", DAY),
            ],
        ),
        by(
            JONAS,
            "2026-08-28T17:04",
            "Check in the desk and the first basket",
            [value("answered-same-day", "75", DAY).confidence("0.6"), value("time-to-basket", "8.8", DAY)],
        ),
        by(
            RUTH,
            "2026-08-28T18:02",
            "Check in the company's year",
            [value("returning-revenue", "44.9", DAY), value("complaints", "10.3", DAY), value("margin", "32.2", DAY)],
        ),
    ]
}

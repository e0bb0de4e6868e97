//! Owns the progress bar: who waits in front of a terminal sees how far history is read, and nothing of it stays.
//! Never slows the reading down: a thread of its own looks on.

use crate::history::{Progress, Stage};
use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// What is over by then needs no bar.
pub(super) const PATIENCE: Duration = Duration::from_millis(500);
/// Between two looks.
const FRAME: Duration = Duration::from_millis(100);

/// A bar that is drawn until it is dropped.
pub(super) struct Bar {
    drawing: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Bar {
    /// Draws a bar once so much time has passed.
    pub(super) fn new(progress: Arc<Progress>, target: ProgressDrawTarget, patience: Duration) -> Self {
        let (sender, ended) = channel();
        let draw = move || draw(&progress, target, patience, &ended);
        // A machine without room for another thread goes without the bar.
        let thread = std::thread::Builder::new().name("bar".into()).spawn(draw).ok();
        Bar { drawing: thread.map(|thread| (sender, thread)) }
    }

    /// Draws none.
    pub(super) fn none() -> Self {
        Bar { drawing: None }
    }
}

impl Drop for Bar {
    /// Waits until the bar is gone from the terminal.
    fn drop(&mut self) {
        if let Some((sender, thread)) = self.drawing.take() {
            drop(sender);
            // A bar that could not be drawn is no reason to keep the results back.
            let _ = thread.join();
        }
    }
}

fn draw(progress: &Progress, target: ProgressDrawTarget, patience: Duration, ended: &Receiver<()>) {
    let over = |wait| ended.recv_timeout(wait) != Err(RecvTimeoutError::Timeout);
    if over(patience) {
        return;
    }
    let interruption = Interruption::watched();
    let bar = ProgressBar::with_draw_target(None, target);
    let mut stage = None;
    loop {
        show(&bar, progress.seen(), &mut stage);
        let ended = over(FRAME);
        if ended || interruption.came() {
            bar.finish_and_clear();
            interruption.passed_on();
            return;
        }
    }
}

/// Shows what was seen last; the time that is left counts from the beginning of a stage.
fn show(bar: &ProgressBar, (stage, done, of): (Stage, usize, Option<usize>), shown: &mut Option<(Stage, bool)>) {
    if *shown != Some((stage, of.is_some())) {
        *shown = Some((stage, of.is_some()));
        let template = if of.is_some() { "{prefix} [{bar:16}] {msg}" } else { "{prefix} {msg}" };
        let style = ProgressStyle::with_template(template).expect("the template is a constant");
        bar.set_style(style.progress_chars("=> "));
        bar.set_prefix(match stage {
            Stage::Walking => "Walking history:",
            Stage::Comparing => "Comparing commits",
            Stage::Reading => "Reading versions",
        });
        bar.reset();
    }
    let (Some(of), count) = (of, HumanCount(done as u64)) else {
        bar.set_message(format!("{} commits", HumanCount(done as u64)));
        return bar.tick();
    };
    bar.set_length(of as u64);
    bar.set_position(done.min(of) as u64);
    let left = bar.eta();
    let left = if left.as_secs() == 0 { String::new() } else { format!(", {} left", HumanDuration(left)) };
    bar.set_message(format!("{count} of {}{left}", HumanCount(of as u64)));
    bar.tick();
}

#[cfg(unix)]
mod interruption {
    use crate::history::Cache;
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::{flag, low_level};
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
    use std::sync::{Arc, OnceLock};

    /// Which signal came to end the process while a bar stood on the terminal.
    struct Signals {
        /// Whether they do what they always do.
        plain: Arc<AtomicBool>,
        came: Arc<AtomicUsize>,
    }

    static SIGNALS: OnceLock<Signals> = OnceLock::new();

    fn signals() -> &'static Signals {
        SIGNALS.get_or_init(|| {
            let signals = Signals { plain: Arc::new(AtomicBool::new(true)), came: Arc::default() };
            for signal in [SIGINT, SIGTERM] {
                let number = usize::try_from(signal).expect("signals are numbered from 1");
                // Where one cannot be watched, it ends the process at once, and the bar stays.
                let _ = flag::register_conditional_default(signal, Arc::clone(&signals.plain));
                let _ = flag::register_usize(signal, Arc::clone(&signals.came), number);
            }
            signals
        })
    }

    /// Keeps a signal that ends the process waiting until the bar is gone.
    pub(super) struct Interruption(());

    impl Interruption {
        pub(super) fn watched() -> Self {
            signals().plain.store(false, SeqCst);
            Interruption(())
        }

        pub(super) fn came(&self) -> bool {
            signals().came.load(SeqCst) != 0
        }

        /// Lets the process end by the signal that came, if one did, and all later ones do what they always do.
        pub(super) fn passed_on(self) {
            signals().plain.store(true, SeqCst);
            if let Ok(signal @ 1..) = i32::try_from(signals().came.load(SeqCst)) {
                let _whole = Cache::at_rest();
                let _ = low_level::emulate_default_handler(signal);
            }
        }
    }
}

#[cfg(not(unix))]
mod interruption {
    /// Nothing to wait for: an interrupted process ends at once.
    pub(super) struct Interruption(());

    impl Interruption {
        pub(super) fn watched() -> Self {
            Interruption(())
        }

        pub(super) fn came(&self) -> bool {
            false
        }

        pub(super) fn passed_on(self) {}
    }
}

use interruption::Interruption;

#[cfg(test)]
mod tests {
    use super::*;
    use indicatif::InMemoryTerm;

    fn target(terminal: &InMemoryTerm) -> ProgressDrawTarget {
        ProgressDrawTarget::term_like_with_hz(Box::new(terminal.clone()), 255)
    }

    #[test]
    fn says_what_is_known_and_no_more() {
        let terminal = InMemoryTerm::new(4, 100);
        let bar = ProgressBar::with_draw_target(None, target(&terminal));
        let mut shown = None;
        let mut seen = |seen| {
            show(&bar, seen, &mut shown);
            bar.force_draw();
            terminal.contents()
        };
        assert_eq!(seen((Stage::Walking, 12_345, None)), "Walking history: 12,345 commits");
        let reading = seen((Stage::Reading, 500, Some(2_000)));
        assert!(reading.starts_with("Reading versions [====>           ] 500 of 2,000"), "{reading}");
        assert!(seen((Stage::Reading, 2_001, Some(2_000))).contains("[================] "));
        bar.finish_and_clear();
        assert_eq!(terminal.contents(), "");
    }

    #[test]
    fn comes_late_and_leaves_nothing() {
        let terminal = InMemoryTerm::new(4, 100);
        let hurried = Bar::new(Arc::default(), target(&terminal), Duration::from_secs(3600));
        drop(hurried);
        assert_eq!(terminal.moves_since_last_check(), "", "what is over soon draws nothing");
        let bar = Bar::new(Arc::default(), target(&terminal), Duration::ZERO);
        while terminal.contents().is_empty() {
            std::thread::yield_now();
        }
        drop(bar);
        assert_eq!(terminal.contents(), "");
    }
}

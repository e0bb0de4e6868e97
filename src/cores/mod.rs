//! Owns how independent pieces of work are spread over the machine's cores. Never knows what the work is.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Pieces that a thread takes at a time, for one of so many threads: small enough that all end together.
const SHARES: usize = 16;

/// Does a piece of work for each item, on as many threads as there are cores, and gives what came of them in the order
/// of the items. Each thread is to have at least so many items.
pub fn spread<T: Sync, R: Send>(items: &[T], least: usize, work: impl Fn(usize, &T) -> R + Sync) -> Vec<R> {
    let enough = items.len() / least.max(1);
    // To say how many cores there are, the system opens files: who has little to do does not ask.
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if enough < 2 { enough } else { enough.min(cores()) };
    if threads < 2 {
        return items.iter().enumerate().map(|(at, item)| work(at, item)).collect();
    }
    let run = (items.len() / (threads * SHARES)).max(1);
    let next = AtomicUsize::new(0);
    let labour = || {
        let mut done = Vec::new();
        loop {
            let start = next.fetch_add(run, Ordering::Relaxed);
            let Some(rest) = items.get(start..).filter(|rest| !rest.is_empty()) else { return done };
            let piece = rest.iter().take(run).enumerate().map(|(at, item)| work(start + at, item));
            done.push((start, piece.collect::<Vec<R>>()));
        }
    };
    let mut runs = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(labour)).collect();
        let mut runs = labour();
        for other in others {
            runs.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        runs
    });
    runs.sort_unstable_by_key(|(start, _)| *start);
    let mut all = Vec::with_capacity(items.len());
    runs.into_iter().for_each(|(_, done)| all.extend(done));
    all
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn every_item_once_and_in_order() {
        for count in [0, 1, 2, 7, 64, 1_000] {
            let items: Vec<usize> = (0..count).collect();
            let doubled: Vec<usize> = items.iter().map(|item| item * 2).collect();
            assert_eq!(spread(&items, 1, |at, item| at + item), doubled, "{count}");
            assert_eq!(spread(&items, usize::MAX, |at, item| at + item), doubled, "{count}, on one thread");
        }
    }
}

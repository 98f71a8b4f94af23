//! What is left to chance, drawn from a recorded answer.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sha1::{Digest as _, Sha1};

/// A source of bytes that are the same for the same seed and place, and like no others.
#[derive(Clone, Debug, Default)]
pub(super) struct Chance {
    seed: String,
    place: Arc<Mutex<String>>,
    drawn: Arc<AtomicU64>,
}

impl Chance {
    /// Returns what a seed gives.
    pub(super) fn of(seed: String) -> Self {
        Self {
            seed,
            ..Self::default()
        }
    }

    /// Begins anew for a file or a variable, so that a change of one moves nothing in another.
    pub(super) fn at(&self, place: &str) {
        place.clone_into(&mut self.place.lock().unwrap_or_else(PoisonError::into_inner));
        self.drawn.store(0, Ordering::Relaxed);
    }

    fn block(&self) -> [u8; 20] {
        let place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        let number = self.drawn.fetch_add(1, Ordering::Relaxed);
        let mut hash = Sha1::new();
        for part in [self.seed.as_str(), place.as_str()] {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        hash.update(number.to_le_bytes());
        hash.finalize().into()
    }

    /// Draws a text of characters, each as likely as any other.
    pub(super) fn text(&self, length: usize, characters: &[u8]) -> String {
        // A byte beyond the last whole multiple would make the first characters likelier.
        let even = 256 - 256 % characters.len();
        let mut text = String::with_capacity(length);
        while text.len() < length {
            for byte in self.block().map(usize::from) {
                if text.len() < length
                    && byte < even
                    && let Some(character) = characters.get(byte % characters.len())
                {
                    text.push(char::from(*character));
                }
            }
        }
        text
    }

    /// Draws a random UUID (RFC 9562, version 4).
    pub(super) fn uuid(&self) -> String {
        let drawn = self.block();
        let [.., version, variant] = drawn;
        let (version, variant) = (version & 0x0f | 0x40, variant & 0x3f | 0x80);
        let mut text = String::with_capacity(36);
        for (at, byte) in drawn.iter().take(16).enumerate() {
            let byte = match at {
                6 => version,
                8 => variant,
                _ => *byte,
            };
            if matches!(at, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

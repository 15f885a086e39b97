//! Long lists, fifty at a time.

use maud::{Markup, html};

/// How many stand on one page.
const ON_A_PAGE: usize = 50;

/// One page of a list.
pub(crate) struct Paged<T> {
    pub(crate) items: Vec<T>,
    page: usize,
    all: usize,
}

impl<T> Paged<T> {
    /// Takes the page that the address names (counted from 1); the last one if there are not so many.
    pub(crate) fn of(all: Vec<T>, asked: Option<&str>) -> Self {
        let count = all.len();
        let last = count.div_ceil(ON_A_PAGE).max(1);
        let page = asked
            .and_then(|page| page.parse().ok())
            .unwrap_or(1)
            .clamp(1, last);
        let items = all
            .into_iter()
            .skip((page - 1) * ON_A_PAGE)
            .take(ON_A_PAGE)
            .collect();
        Self {
            items,
            page,
            all: count,
        }
    }

    /// Puts what was read of the items in their place.
    pub(crate) fn with<U>(self, items: Vec<U>) -> Paged<U> {
        Paged {
            items,
            page: self.page,
            all: self.all,
        }
    }

    /// Returns how many there are on all pages.
    pub(crate) fn count(&self) -> u64 {
        self.all as u64
    }

    /// Shows the ways to the other pages. `address` makes the address of a page.
    pub(crate) fn ways(&self, address: impl Fn(usize) -> String) -> Markup {
        let first = (self.page - 1) * ON_A_PAGE;
        let last = first + self.items.len();
        html! {
            @if self.all > ON_A_PAGE {
                nav.paging aria-label="Pages" {
                    @if self.page > 1 { a.button.quiet rel="prev" href=(address(self.page - 1)) { "Newer" } }
                    span { (first + 1) "–" (last) " of " (self.all) }
                    @if last < self.all { a.button.quiet rel="next" href=(address(self.page + 1)) { "Older" } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_have_fifty_and_the_last_one_the_rest() {
        let page = |asked| Paged::of((0..120).collect::<Vec<_>>(), asked).items;
        assert_eq!(page(None), (0..50).collect::<Vec<_>>());
        assert_eq!(page(Some("3")), (100..120).collect::<Vec<_>>());
        assert_eq!(page(Some("99")), (100..120).collect::<Vec<_>>());
        assert_eq!(page(Some("0")), page(None));
        assert_eq!(page(Some("-1; drop")), page(None));
        assert!(Paged::of(Vec::<u8>::new(), Some("2")).items.is_empty());
    }
}

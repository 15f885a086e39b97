//! How many connections each address has.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// The network part of an IPv6 address: whoever is given one has all addresses in it.
const NETWORK: u128 = !0 << 64;

/// The places of all addresses.
#[derive(Clone)]
pub(super) struct Places {
    most: usize,
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// One address's place, free again when this is dropped.
pub(super) struct Place {
    places: Places,
    address: IpAddr,
}

impl Places {
    /// Gives each address this many places.
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            taken: Arc::default(),
        }
    }

    /// Takes a place for an address, if it has one left.
    pub(super) fn take(&self, from: IpAddr) -> Option<Place> {
        let address = match from.to_canonical() {
            IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() & NETWORK)),
            four => four,
        };
        let mut all = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = all.entry(address).or_default();
        if *taken >= self.most {
            return None;
        }
        *taken += 1;
        Some(Place {
            places: self.clone(),
            address,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut all = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(taken) = all.get_mut(&self.address) {
            *taken -= 1;
            if *taken == 0 {
                all.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_places_and_gets_them_back() {
        let places = Places::new(2);
        let (one, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let first = places.take(one).unwrap();
        let _second = places.take(one).unwrap();
        assert!(places.take(one).is_none());
        let _elsewhere = places.take(other).unwrap();
        drop(first);
        assert!(places.take(one).is_some());
    }

    #[test]
    fn an_address_that_has_nothing_open_is_forgotten() {
        let places = Places::new(1);
        drop(places.take(IpAddr::from([10, 0, 0, 1])));
        assert!(places.taken.lock().unwrap().is_empty());
    }

    #[test]
    fn a_whole_ipv6_network_and_a_mapped_address_count_as_one() {
        let places = Places::new(1);
        let _held = places.take("2001:db8:0:1::1".parse().unwrap()).unwrap();
        assert!(places.take("2001:db8:0:1:ffff::2".parse().unwrap()).is_none());
        assert!(places.take("2001:db8:0:2::1".parse().unwrap()).is_some());
        let _four = places.take("10.0.0.1".parse().unwrap()).unwrap();
        assert!(places.take("::ffff:10.0.0.1".parse().unwrap()).is_none());
    }
}

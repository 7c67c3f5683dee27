//! The places of connections: how many there are, who has one, and who has to give it up.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::activity::{Activity, IdleLimits};
use crate::config::ServerConfig;
use crate::metrics::Cuts;

/// Connections beyond the limit, for when no connection can make room: requests for health and metrics get an answer even then,
/// and all others are refused.
const SPARE: usize = 64;

/// How often those are sought who have had their time.
const SWEEP_INTERVAL: Duration = Duration::from_millis(200);

/// All connections.
#[derive(Debug)]
pub(crate) struct Places {
    max_connections: usize,
    idle_limits: IdleLimits,
    min_read_bytes_per_s: u64,
    taken: Mutex<Taken>,
    freed: Notify,
    cuts: Cuts,
}

#[derive(Debug, Default)]
struct Taken {
    next_id: u64,
    connections: HashMap<u64, Arc<Activity>>,
}

impl Places {
    pub(crate) fn new(config: &ServerConfig, cuts: Cuts) -> Arc<Self> {
        let &ServerConfig { max_connections, head_timeout, idle_timeout, min_read_bytes_per_s, .. } = config;
        let idle_limits = IdleLimits { head_timeout, idle_timeout };
        let (taken, freed) = (Mutex::default(), Notify::new());
        Arc::new(Self { max_connections, idle_limits, min_read_bytes_per_s, taken, freed, cuts })
    }

    /// Gives a new connection a place, and takes it from another one if need be. Waits only while even the spare ones are
    /// taken, by connections that are all of use.
    pub(crate) async fn enter(self: &Arc<Self>) -> Place {
        loop {
            let freed = self.freed.notified();
            if let Some(place) = self.try_enter() {
                return place;
            }
            freed.await;
        }
    }

    fn try_enter(self: &Arc<Self>) -> Option<Place> {
        if self.lock().connections.len() >= self.max_connections {
            self.make_room();
        }
        let mut taken = self.lock();
        if taken.connections.len() >= self.max_connections.saturating_add(SPARE) {
            return None;
        }
        let (id, activity) = (taken.next_id, Arc::new(Activity::new()));
        taken.next_id += 1;
        taken.connections.insert(id, Arc::clone(&activity));
        Some(Place { places: Arc::clone(self), id, activity })
    }

    /// Ends the connection that has been of no use for longest; `false` if all are of use.
    pub(crate) fn make_room(&self) -> bool {
        let now = Instant::now();
        let mut taken = self.lock();
        let useless = taken
            .connections
            .iter()
            .filter_map(|(&id, activity)| activity.useless_for(self.min_read_bytes_per_s, now).map(|time| (time, id)));
        let Some((_, id)) = useless.max() else { return false };
        if let Some(activity) = taken.connections.remove(&id) {
            activity.cut();
        }
        self.cuts.count("room");
        true
    }

    /// Tells whether there are more connections than there should be.
    pub(crate) fn are_overfull(&self) -> bool {
        self.count() > self.max_connections
    }

    /// Returns the number of connections.
    pub(crate) fn count(&self) -> usize {
        self.lock().connections.len()
    }

    pub(crate) const fn max_connections(&self) -> usize {
        self.max_connections
    }

    /// Ends connections that have had their time for a head, or for being idle, until nobody holds the places any more.
    pub(crate) async fn sweep(places: Weak<Self>) {
        loop {
            tokio::time::sleep(SWEEP_INTERVAL).await;
            let Some(places) = places.upgrade() else { return };
            places.cut_overdue();
        }
    }

    fn cut_overdue(&self) {
        let now = Instant::now();
        self.lock().connections.retain(|_, activity| {
            let is_overdue = activity.is_overdue(&self.idle_limits, now);
            if is_overdue {
                activity.cut();
                self.cuts.count("idle");
            }
            !is_overdue
        });
        self.freed.notify_waiters();
    }

    /// Locks the list, which is whole even if a thread panicked while it held it.
    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of a connection, which is free when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    id: u64,
    activity: Arc<Activity>,
}

impl Place {
    /// Returns the activity of the connection.
    pub(super) const fn activity(&self) -> &Arc<Activity> {
        &self.activity
    }

    /// Waits until the connection has to go.
    pub(super) async fn until_cut(&self) {
        self.activity.until_cut().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.lock().connections.remove(&self.id);
        self.places.freed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::activity::Window;

    fn places(max_connections: usize) -> Arc<Places> {
        Places::new(&ServerConfig { max_connections, ..ServerConfig::default() }, Cuts::default())
    }

    async fn pass(millis: u64) {
        tokio::time::advance(Duration::from_millis(millis)).await;
    }

    fn is_cut(place: &Place) -> bool {
        let mut cut = std::pin::pin!(place.until_cut());
        cut.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready()
    }

    #[tokio::test(start_paused = true)]
    async fn places_are_given_up_by_who_has_been_idle_for_longest() {
        let places = places(3);
        let mut taken = Vec::new();
        for _ in 0..3 {
            taken.push(places.try_enter().unwrap());
            pass(100).await;
        }
        taken[0].activity().begin_request();
        let _newcomer = places.try_enter().unwrap();
        assert_eq!(taken.iter().map(is_cut).collect::<Vec<_>>(), [false, true, false]);
        assert!(!places.are_overfull());
    }

    #[tokio::test(start_paused = true)]
    async fn places_are_given_up_by_whose_body_is_furthest_behind() {
        let places = places(3);
        let taken: Vec<_> = (0..3).map(|_| places.try_enter().unwrap()).collect();
        for (place, bytes) in taken.iter().zip([5_000, 20, 10]) {
            place.activity().begin_request();
            place.activity().wait_for_body(Some(Window { since: Instant::now(), bytes }));
        }
        pass(1000).await;
        let newcomer = places.try_enter().unwrap();
        assert_eq!(taken.iter().map(is_cut).collect::<Vec<_>>(), [false, false, true]);
        let _next = places.try_enter().unwrap();
        assert!(is_cut(&taken[1]) && !is_cut(&newcomer), "who has just come has had no time for a request");
    }

    #[tokio::test(start_paused = true)]
    async fn places_have_spare_ones_while_all_are_busy() {
        let places = places(1);
        let first = places.try_enter().unwrap();
        first.activity().begin_request();
        let enter = |_| {
            let place = places.try_enter().unwrap();
            place.activity().begin_request();
            place
        };
        let spare: Vec<_> = (0..SPARE).map(enter).collect();
        assert!(places.are_overfull() && !is_cut(&first));
        assert!(places.try_enter().is_none(), "nobody makes room");
        let waiting = tokio::spawn({
            let places = Arc::clone(&places);
            async move { drop(places.enter().await) }
        });
        tokio::task::yield_now().await;
        drop(spare);
        waiting.await.unwrap();
        assert!(!places.are_overfull());
    }

    #[tokio::test(start_paused = true)]
    async fn places_are_swept() {
        let places = places(9);
        let sweeper = tokio::spawn(Places::sweep(Arc::downgrade(&places)));
        let (idle, busy) = (places.try_enter().unwrap(), places.try_enter().unwrap());
        busy.activity().begin_request();
        tokio::time::sleep(Duration::from_secs(6)).await;
        assert_eq!((is_cut(&idle), is_cut(&busy), places.count()), (true, false, 1));
        drop((idle, busy, places));
        sweeper.await.unwrap();
    }
}

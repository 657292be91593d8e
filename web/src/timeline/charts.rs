//! How many records were produced and consumed, and how far each group is behind.

use super::plot::{Curve, Plot, Plotted};
use super::time::every;
use crate::page::Page;
use leptos::prelude::*;
use runnel_sandbox::scene::{Measure, Scene, Series};
use runnel_sandbox::viewing::Viewing;

/// Seconds that a chart shows.
pub(super) const SHOWN_S: i64 = 120;
/// Groups that have a curve of their own.
const GROUPS_MAX: usize = 6;

/// A value for each second that is shown, the last one that has ended last.
fn values(series: &Series, now_s: i64) -> Vec<i64> {
    let first = now_s - SHOWN_S;
    let mut values = vec![None; usize::try_from(SHOWN_S).unwrap_or_default()];
    let mut level = 0;
    for sample in series.samples() {
        if sample.second < first {
            level = sample.last;
            continue;
        }
        let place = usize::try_from(sample.second - first).ok().and_then(|place| values.get_mut(place));
        if let Some(place) = place {
            *place = Some(match series.measure {
                // Of samples that stand for more seconds, each second has its share.
                Measure::Count => sample.value / sample.width_s.max(1),
                Measure::Level => sample.last,
            });
        }
    }
    let mut filled = Vec::with_capacity(values.len());
    for value in values {
        match (value, series.measure) {
            (Some(value), Measure::Level) => level = value,
            (Some(_) | None, Measure::Count | Measure::Level) => {}
        }
        filled.push(match series.measure {
            Measure::Count => value.unwrap_or_default(),
            Measure::Level => level,
        });
    }
    filled
}

fn curve(name: &str, style: usize, series: &Series, now_s: i64) -> Curve {
    Curve { name: name.to_owned(), style, values: values(series, now_s) }
}

fn plotted(viewing: &Viewing, curves: impl Fn(&Scene, i64) -> Vec<Curve>) -> Plotted {
    let now_s = viewing.now().0.div_euclid(1_000_000);
    let start_s = viewing.story().start().0.div_euclid(1_000_000);
    Plotted { first_s: now_s - SHOWN_S - start_s, curves: curves(viewing.scene(), now_s) }
}

fn rates(scene: &Scene, now_s: i64) -> Vec<Curve> {
    let rates = &scene.seen.rates;
    vec![curve("produced", 0, &rates.produced, now_s), curve("consumed", 1, &rates.consumed, now_s)]
}

fn lags(scene: &Scene, now_s: i64) -> Vec<Curve> {
    let lags = scene.seen.rates.lag.iter().take(GROUPS_MAX).enumerate();
    lags.map(|(style, (group_id, series))| curve(group_id, style, series, now_s)).collect()
}

#[component]
pub(super) fn Charts() -> impl IntoView {
    let page = expect_context::<Page>();
    let tick = every(500);
    let watch = move |curves: fn(&Scene, i64) -> Vec<Curve>| {
        Memo::new(move |_| {
            tick.get();
            page.view.with(|viewing| plotted(viewing, curves))
        })
    };
    view! {
        <div class="charts">
            <Plot title="Records a second" plotted=watch(rates) none="Nothing was produced yet." />
            <Plot title="Lag: records still to read" plotted=watch(lags) none="No group has committed yet." />
        </div>
    }
}

//! How many records were produced and consumed, and how far each group is behind.

use super::plot::{Curve, Plot, Plotted};
use super::time::every;
use crate::page::Page;
use leptos::prelude::*;
use runnel_sandbox::scene::{Measure, Scene, Series};
use runnel_sandbox::viewing::Viewing;

/// Seconds that a chart shows at most; of a shorter run it shows the next smaller span that holds it.
const SPANS_S: [i64; 3] = [30, 60, 120];
/// Groups that have a curve of their own.
const GROUPS_MAX: usize = 6;

/// The seconds that are shown: from the first one to the one that has not ended.
#[derive(Clone, Copy)]
struct Window {
    first_s: i64,
    end_s: i64,
}

/// A value for each second that is shown, the last one that has ended last.
fn values(series: &Series, Window { first_s: first, end_s }: Window) -> Vec<i64> {
    let mut values = vec![None; usize::try_from(end_s - first).unwrap_or_default()];
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

fn curve(name: &str, style: usize, series: &Series, window: Window) -> Curve {
    Curve { name: name.to_owned(), style, values: values(series, window) }
}

fn plotted(viewing: &Viewing, curves: impl Fn(&Scene, Window) -> Vec<Curve>) -> Plotted {
    let end_s = viewing.now().0.div_euclid(1_000_000);
    let start_s = viewing.story().start().0.div_euclid(1_000_000);
    let [.., longest] = SPANS_S;
    let span_s = SPANS_S.into_iter().find(|span| *span >= end_s - start_s).unwrap_or(longest);
    // A run that is shorter than the chart begins at its left edge.
    let first_s = (end_s - span_s).max(start_s);
    Plotted { first_s: first_s - start_s, span_s, curves: curves(viewing.scene(), Window { first_s, end_s }) }
}

fn rates(scene: &Scene, window: Window) -> Vec<Curve> {
    let rates = &scene.seen.rates;
    vec![curve("produced", 0, &rates.produced, window), curve("consumed", 1, &rates.consumed, window)]
}

fn lags(scene: &Scene, window: Window) -> Vec<Curve> {
    let lags = scene.seen.rates.lag.iter().take(GROUPS_MAX).enumerate();
    lags.map(|(style, (group_id, series))| curve(group_id, style, series, window)).collect()
}

#[component]
pub(crate) fn Charts() -> impl IntoView {
    let page = expect_context::<Page>();
    let tick = every(500);
    let watch = move |curves: fn(&Scene, Window) -> Vec<Curve>| {
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

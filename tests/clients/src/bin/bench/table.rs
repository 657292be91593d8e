//! The table: work, both figures, their ratio, and the commands.

/// Which way is good.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Better {
    /// More of it: records in a second.
    Higher,
    /// Less of it: milliseconds, bytes of memory.
    Lower,
}

struct Row {
    work: String,
    unit: &'static str,
    kafka: f64,
    runnel: f64,
    better: Better,
}

/// Rows in the order in which the work was done, and the command of each kind of work.
pub(crate) struct Table {
    rows: Vec<Row>,
    remarks: Vec<String>,
    commands: Vec<String>,
}

impl Table {
    pub(crate) fn new() -> Table {
        Table { rows: Vec::new(), remarks: Vec::new(), commands: Vec::new() }
    }

    /// Adds a row: what Apache Kafka needed in each round, and what `runnel` did. It is shown at once, since the next may
    /// take minutes.
    pub(crate) fn row(&mut self, work: &str, unit: &'static str, better: Better, kafka: &[f64], runnel: &[f64]) {
        let row = Row { work: work.to_owned(), unit, kafka: median(kafka), runnel: median(runnel), better };
        println!("{}", line(&row));
        self.rows.push(row);
    }

    /// Adds a line that stands under the table.
    pub(crate) fn remark(&mut self, text: String) {
        println!("{text}");
        self.remarks.push(text);
    }

    /// Adds the command line of a kind of work.
    pub(crate) fn command(&mut self, text: String) {
        self.commands.push(text);
    }

    pub(crate) fn print(&self) {
        println!("\n{:64}{:>14}{:>14}{:>10}", "work", "Apache Kafka", "runnel", "ratio");
        self.rows.iter().for_each(|row| println!("{}", line(row)));
        println!("\nratio: how many times as good runnel is; above 1 is better than Apache Kafka\n");
        self.remarks.iter().for_each(|text| println!("{text}"));
        println!("\ncommands:");
        self.commands.iter().for_each(|text| println!("  {text}"));
    }
}

fn line(row: &Row) -> String {
    let ratio = match row.better {
        Better::Higher => row.runnel / row.kafka,
        Better::Lower => row.kafka / row.runnel,
    };
    let work = format!("{} [{}]", row.work, row.unit);
    format!("{work:64}{:>14}{:>14}{ratio:>10.2}", figure(row.kafka), figure(row.runnel))
}

/// Three significant digits at least, and no decimals that mean nothing.
fn figure(value: f64) -> String {
    match value {
        value if value.is_nan() => "-".to_owned(),
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}

/// The middle of the figures; not a number if there is none.
pub(crate) fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    match (sorted.len(), sorted.len() / 2) {
        (0, _) => f64::NAN,
        (count, middle) if count % 2 == 1 => sorted[middle],
        (_, middle) => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

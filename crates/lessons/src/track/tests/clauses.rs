//! Each kind of number and fact, met and unmet.

use super::check;

#[test]
fn numbers_of_groups() {
    let third = "consumer carl group=billing topics=orders\nsettle\nwait 10s";
    check("members of billing = 3", "the number of members of billing is 2, and 3 is wanted", third);
    check("rebalances of billing > 0", "the number of rebalances of billing is 0, and more than 0 is wanted", third);
    let fourth =
        "consumer carl group=billing topics=orders\nconsumer dora group=billing topics=orders\nsettle\nwait 10s";
    check(
        "idle members of billing >= 1",
        "the number of idle members of billing is 0, and at least 1 is wanted",
        fourth,
    );
    check(
        "members of mailing >= 1",
        "nobody has joined the group mailing yet",
        "consumer mia group=mailing topics=orders\nsettle",
    );
    let sent = "send shop orders partition=0\nsettle";
    check("committed offset of orders-0 in billing = 1", "billing has committed nothing in orders-0", sent);
    check("partitions owned by carl = 1", "the number of partitions owned by carl is 0, and 1 is wanted", third);
    let left = "leave anna\nleave bert\nsettle";
    check(
        "unowned partitions of orders in billing = 3",
        "the number of unowned partitions of orders in billing is 0, and 3 is wanted",
        left,
    );
    let behind = "send shop orders partition=0\nsettle\nslow anna processing=5s\nslow bert processing=5s\nsend shop orders partition=0\nwait 1s";
    check("lag of billing >= 1", "the lag of billing is 0, and at least 1 is wanted", behind);
}

#[test]
fn numbers_of_records() {
    let two = "send shop orders key=user1\nsend shop orders key=user4\nsettle";
    check("records of orders >= 2", "the number of records of orders is 0, and at least 2 is wanted", two);
    check("used partitions of orders = 2", "the number of used partitions of orders is 0, and 2 is wanted", two);
    check("records of orders by shop = 2", "the number of records of orders by shop is 0, and 2 is wanted", two);
    check(
        "records of orders with key user1 = 1",
        "the number of records of orders with key user1 is 0, and 1 is wanted",
        two,
    );
    check("keys of orders = 2", "the number of keys of orders is 0, and 2 is wanted", two);
    check("last offset of orders-0 = 0", "orders-0 has no records yet", two);
    check("records of payments >= 1", "there is no topic payments yet", "send shop payments\nsettle");
    check(
        "end of orders-7 >= 1",
        "there is no partition orders-7 yet",
        "alter topic orders partitions=8\nwait 1s\nproducer till\nsend till orders partition=7\nsettle",
    );
    let split = "send shop orders key=a partition=0\nsend shop orders key=a partition=1\nsettle";
    check("split keys of orders = 1", "the number of split keys of orders is 0, and 1 is wanted", split);
    let keyless = "producer desk kind=java\nsend desk orders count=5\nsettle";
    check(
        "longest run of orders by desk = 5",
        "the number of longest run of orders by desk is 0, and 5 is wanted",
        keyless,
    );
    check(
        "records of orders without key = 5",
        "the number of records of orders without key is 0, and 5 is wanted",
        keyless,
    );
    check("kept records of orders = 2", "the number of kept records of orders is 0, and 2 is wanted", two);
    check("age of orders-0 > 5", "orders-0 has no records", "send shop orders partition=0\nwait 10s");
}

#[test]
fn numbers_of_reading() {
    let two = "send shop orders partition=0 count=2\nsettle";
    check(
        "records of orders handled in billing = 2",
        "the number of records of orders handled in billing is 0, and 2 is wanted",
        two,
    );
    check(
        "some consumer C: records of orders-0 handled by C = 2",
        "there is no consumer C yet with this: records of orders-0 handled by C = 2",
        two,
    );
    let again = "send shop orders partition=0 count=2\nsettle\nleave anna\nleave bert\nsettle\n\
        kafka-consumer-groups.sh --bootstrap-server localhost:9092 --group billing --topic orders --reset-offsets --to-earliest --execute\n\
        settle\nrestart anna\nsettle";
    check(
        "records of orders repeated in billing = 2",
        "the number of records of orders repeated in billing is 0, and 2 is wanted",
        again,
    );
    let late = "send shop orders partition=0 count=2\nsettle\nconsumer mia group=mailing topics=orders\nsettle\nsend shop orders partition=0\nsettle";
    check(
        "records of orders missed in mailing = 2",
        "the number of records of orders missed in mailing is 0, and 2 is wanted",
        late,
    );
    let cut = "slow anna processing=5s\nslow bert processing=5s\nsend shop orders partition=0\nsend shop orders partition=1\nwait 1s\ncrash anna\nwait 1s";
    check("records cut short of anna = 1", "the number of records cut short of anna is 0, and 1 is wanted", cut);
    check(
        "some consumer C: records at hand of C >= 1",
        "there is no consumer C yet with this: records at hand of C >= 1",
        cut,
    );
    check(
        "peak lag of billing >= 1 and lag of billing = 0",
        "the number of lag of billing at its highest is 0, and at least 1 is wanted"
            .replace("number of lag", "lag")
            .as_str(),
        "send shop orders partition=0 count=2\nsettle\nslow anna processing=2s\nslow bert processing=2s\nsend shop orders partition=0 count=2\nwait 20s",
    );
}

#[test]
fn facts_that_hold() {
    check("billing is Empty", "billing is Stable, and Empty is wanted", "leave anna\nleave bert\nsettle");
    check("topic payments exists", "this does not hold: topic payments exists", "topic payments\nsettle");
    check(
        "group mailing exists",
        "this does not hold: group mailing exists",
        "consumer mia group=mailing topics=orders\nsettle",
    );
    check("bert owns orders-0", "this does not hold: bert owns orders-0", "leave anna\nsettle\nwait 10s");
    check("carl runs", "this does not hold: carl runs", "consumer carl group=billing topics=orders\nwait 1s");
    check("anna is over", "this does not hold: anna is over", "crash anna\nwait 1s");
    check(
        "anna is a member of mailing",
        "this does not hold: anna is a member of mailing",
        "move anna mailing\nsettle\nwait 10s",
    );
    check(
        "some group A: A is not billing",
        "this does not hold: billing is not billing",
        "consumer mia group=mailing topics=orders\nsettle",
    );
}

#[test]
fn things_that_happen() {
    let has_not = |what: &str| format!("this has not happened: {what}");
    check("carl starts", &has_not("carl starts"), "consumer carl group=billing topics=orders\nwait 1s");
    check("anna starts again", &has_not("anna starts again"), "restart anna\nwait 1s");
    check("anna crashes", &has_not("anna crashes"), "crash anna\nwait 1s");
    check("anna leaves", &has_not("anna leaves"), "leave anna\nsettle");
    check("anna is struck off billing", &has_not("anna is struck off billing"), "crash anna\nwait 40s");
    check("anna handles \"hello\"", &has_not("anna handles hello"), "send shop orders partition=0 value=hello\nsettle");
    check(
        "bert handles a record of orders-1",
        &has_not("bert handles a record of orders-1"),
        "send shop orders partition=1\nsettle",
    );
    let list = "kafka-topics.sh --list --bootstrap-server localhost:9092\nsettle";
    check("\"kafka-topics --list\" succeeds", &has_not("\"kafka-topics --list\" succeeds"), list);
    check("\"kafka-topics\" prints \"orders\"", &has_not("kafka-topics prints orders"), list);
    check("\"kafka-topics\" fails", &has_not("kafka-topics fails"), "kafka-topics.sh --lost\nsettle");
}

#[test]
fn every_and_no_speak_of_all_things() {
    let spread = "send shop orders count=3\nsettle";
    check(
        "every partition P of orders: records of P >= 1",
        "the number of records of orders-0 is 0, and at least 1 is wanted",
        spread,
    );
    check(
        "no member M of billing: partitions owned by M = 2",
        "this holds for anna, and must not: partitions owned by M = 2",
        "consumer carl group=billing topics=orders\nsettle\nwait 10s",
    );
    check(
        "every member M of mailing: partitions owned by M >= 1",
        "there is no member of mailing yet",
        "consumer mia group=mailing topics=orders\nsettle",
    );
}

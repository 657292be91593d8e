// Draws the cluster: the state from /api/cluster, and what happens from /api/events.
// Everything from the cluster enters as text, never as markup.

const REDRAW_PAUSE_MS = 400;
const RECONNECT_PAUSE_MS = 2000;
const HAPPENINGS_MAX = 14;

const byId = (id) => document.getElementById(id);
const number = new Intl.NumberFormat("en");
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const count = (n, one, many = `${one}s`) => `${number.format(n)} ${n === 1 ? one : many}`;

/** An element with attributes (only `class` and plain ones) and children, which are elements or text. */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

function size(bytes) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (bytes >= 1024 && unit < units.length - 1) { bytes /= 1024; unit += 1; }
  return `${unit === 0 || bytes >= 100 ? Math.round(bytes) : bytes.toFixed(1)} ${units[unit]}`;
}

// ---- the state

function draw(cluster) {
  const own = cluster.topics.filter((topic) => !topic.internal);
  const internal = cluster.topics.filter((topic) => topic.internal);
  const partitions = own.flatMap((topic) => topic.partitions);
  const records = partitions.reduce((sum, p) => sum + Math.max(0, p.log_end_offset - p.log_start_offset), 0);
  const offline = cluster.topics.flatMap((topic) => topic.partitions).filter((p) => p.leader < 0 || p.offline !== null);
  const first = cluster.brokers.flatMap((broker) => broker.endpoints.slice(0, 1)).map((e) => `${e.host}:${e.port}`);

  byId("cluster").textContent = `${first.join(", ")} · cluster ${cluster.cluster_id} · fsync ${cluster.fsync}`;
  document.title = `Runnel · ${first[0] ?? ""}`;
  byId("tiles").replaceChildren(
    tile("brokers", cluster.brokers.length),
    tile("topics", own.length),
    tile("partitions", partitions.length),
    tile("records kept", records),
    tile("connections", cluster.connections.length),
    tile("offline", offline.length, offline.length > 0),
  );
  byId("topics").replaceChildren(
    ...(own.length === 0 ? [firstSteps(first[0])] : own.map((topic) => drawTopic(topic, cluster.groups))),
    ...(internal.length === 0 ? [] : [drawInternal(internal, cluster.groups)]),
  );
  byId("groups").replaceChildren(...orEmpty(cluster.groups.map((group) => drawGroup(group, cluster.topics)),
    "No group yet. A consumer that names a group makes one."));
  byId("brokers").replaceChildren(drawBrokers(cluster));
  byId("clients").replaceChildren(...orEmpty(drawClients(cluster.connections), "Nobody is connected."));
}

const orEmpty = (elements, words) => (elements.length > 0 ? elements : [make("p", { class: "empty" }, words)]);

function tile(name, value, bad = false) {
  return make("div", { class: bad ? "tile tile--bad" : "tile" }, make("dt", null, name), make("dd", null, number.format(value)));
}

function firstSteps(address) {
  return make("div", { class: "empty" }, "No topic yet. For example:",
    make("pre", null,
      `kafka-topics.sh --bootstrap-server ${address} --create --topic hello --partitions 3\n` +
      `kafka-console-producer.sh --bootstrap-server ${address} --topic hello\n` +
      `kafka-console-consumer.sh --bootstrap-server ${address} --topic hello --from-beginning`));
}

function drawTopic(topic, groups) {
  const kept = topic.partitions.reduce((sum, p) => sum + Math.max(0, p.log_end_offset - p.log_start_offset), 0);
  const longest = Math.max(1, ...topic.partitions.map((p) => p.log_end_offset));
  const configs = Object.entries(topic.configs).map(([name, value]) => make("span", { class: "chip" }, `${name}=${value}`));
  const committed = new Map();
  for (const group of groups) {
    for (const offset of group.offsets.filter((offset) => offset.topic === topic.name)) {
      const marks = committed.get(offset.partition_index) ?? [];
      marks.push({ group: group.group_id, offset: offset.offset });
      committed.set(offset.partition_index, marks);
    }
  }
  return make("article", { class: "card" },
    make("div", { class: "card__head" },
      make("h3", null, topic.name),
      make("span", { class: "quiet" }, `${count(topic.partitions.length, "partition")} · ${count(kept, "record")}`)),
    configs.length > 0 ? make("div", { class: "chips" }, ...configs) : null,
    make("ul", { class: "lanes" }, ...topic.partitions.map((p) => drawLane(p, longest, committed.get(p.partition) ?? []))),
    committed.size > 0
      ? make("p", { class: "legend" },
          make("span", null, make("i", null), "records, from log start to log end"),
          make("span", null, make("i", { class: "legend__committed" }), "committed by a group"))
      : null);
}

function drawLane(partition, longest, committed) {
  const start = Math.max(0, partition.log_start_offset);
  const end = Math.max(0, partition.log_end_offset);
  const share = (offset) => `${(100 * Math.min(Math.max(offset, 0), longest)) / longest}%`;
  const words = partition.offline !== null ? `offline: ${partition.offline}`
    : `partition ${partition.partition}, led by broker ${partition.leader}, log start ${start}, log end ${end}` +
      committed.map((mark) => `, ${mark.group} committed ${mark.offset}`).join("");
  const ruler = make("div", { class: "lane__ruler", role: "img", "aria-label": words, title: words });
  if (end > start) {
    const records = make("div", { class: "lane__records" });
    records.style.left = share(start);
    records.style.width = `${(100 * (end - start)) / longest}%`;
    ruler.append(records);
  }
  for (const mark of committed) {
    const flag = make("div", { class: "lane__committed" });
    flag.style.left = share(mark.offset);
    ruler.append(flag);
  }
  const label = partition.offline !== null || partition.leader < 0
    ? make("span", { class: "pill pill--bad" }, `${partition.partition} offline`)
    : make("span", { class: "lane__index" }, `${partition.partition} `, make("span", { class: "quiet" }, `· broker ${partition.leader}`));
  return make("li", { class: "lane" }, label, ruler,
    make("span", { class: "lane__offsets" }, `${number.format(start)} – ${number.format(end)}`),
    make("span", { class: "lane__size" }, size(partition.size)));
}

function drawInternal(topics, groups) {
  const used = topics.map((topic) => ({ ...topic, partitions: topic.partitions.filter((p) => p.log_end_offset > 0) }));
  const details = make("details", null,
    make("summary", null, `${count(topics.length, "topic")} of Kafka's own (${topics.map((t) => t.name).join(", ")}); partitions in use`),
    ...used.map((topic) => drawTopic(topic, groups)));
  details.open = internalIsOpen;
  details.addEventListener("toggle", () => { internalIsOpen = details.open; });
  return details;
}

const STATE_LOOK = { Stable: "pill pill--good", Empty: "pill", Dead: "pill" };

function drawGroup(group, topics) {
  const ends = new Map(topics.flatMap((t) => t.partitions.map((p) => [`${t.name}-${p.partition}`, p.high_watermark])));
  let total = 0;
  const rows = group.offsets.map((offset) => {
    const end = ends.get(`${offset.topic}-${offset.partition_index}`);
    const lag = end === undefined ? null : Math.max(0, end - offset.offset);
    total += lag ?? 0;
    return make("tr", null,
      make("td", null, `${offset.topic} · ${offset.partition_index}`),
      make("td", { class: "number" }, number.format(offset.offset)),
      make("td", { class: "number" }, end === undefined ? "–" : number.format(end)),
      make("td", { class: lag > 0 ? "number lagging" : "number" }, lag === null ? "–" : number.format(lag)));
  });
  const members = group.members.map((member) => {
    const owned = member.assignment.partitions.map(([topic, indexes]) => `${topic} ${indexes.join(", ")}`).join("; ");
    return make("tr", null,
      make("td", null, member.group_instance_id ?? member.client_id, make("span", { class: "quiet" }, ` ${member.client_host}`)),
      make("td", null, owned || (group.state === "Stable" ? "idle: no partition is left for it" : "–")));
  });
  return make("article", { class: "card" },
    make("div", { class: "card__head" },
      make("h3", null, group.group_id || "(no name)"),
      make("span", { class: `${STATE_LOOK[group.state] ?? "pill pill--warn"} card__end` }, group.state),
      make("span", { class: "quiet" },
        `${count(group.members.length, "member")} · generation ${group.generation_id}` +
        `${group.protocol_name ? ` · ${group.protocol_name}` : ""}${rows.length > 0 ? ` · lag ${number.format(total)}` : ""}`)),
    members.length > 0 ? make("table", null, head("member", "reads"), make("tbody", null, ...members)) : null,
    rows.length > 0 ? make("table", null, head("partition", "#committed", "#end", "#lag"), make("tbody", null, ...rows)) : null);
}

function head(...names) {
  const cell = (name) => make("th", name.startsWith("#") ? { class: "number", scope: "col" } : { scope: "col" }, name.replace("#", ""));
  return make("thead", null, make("tr", null, ...names.map(cell)));
}

function drawBrokers(cluster) {
  const leads = (id) => cluster.topics.flatMap((t) => t.partitions).filter((p) => p.leader === id).length;
  const rows = cluster.brokers.map((broker) => {
    const count = leads(broker.id);
    const state = broker.state === "up" ? "up" : broker.fenced ? `${broker.state}, fenced` : `${broker.state}, not missed yet`;
    const does = [`leads ${number.format(count)} ${count === 1 ? "partition" : "partitions"}`, broker.controller ? "controller" : ""];
    return make("li", { class: "broker" },
      make("b", null, `broker ${broker.id}`),
      make("span", { class: broker.state === "up" ? "pill pill--good" : "pill pill--bad" }, state),
      brokerButton(broker),
      make("span", { class: "broker__does quiet" },
        make("span", { class: "mono" }, broker.endpoints.map((e) => `${e.host}:${e.port}`).join(", ")),
        ` · ${does.filter(Boolean).join(" · ")}`));
  });
  return make("div", { class: "card" }, make("ul", { class: "brokers" }, ...rows));
}

/** Kills a broker that is up, revives one that is down. */
function brokerButton(broker) {
  if (broker.state === "starting") return "";
  const verb = broker.state === "up" ? "kill" : "revive";
  const button = make("button", { type: "button", class: "action", "aria-label": `${verb} broker ${broker.id}` }, verb);
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await fetch(`/api/brokers/${broker.id}/${verb}`, { method: "POST" });
    } finally {
      redrawSoon();
    }
  });
  return button;
}

function drawClients(connections) {
  const clients = new Map();
  for (const c of connections) {
    const name = [[c.software, c.version].filter(Boolean).join(" "), c.client_id].filter(Boolean).join(", ") || "a client without a name";
    const client = clients.get(name) ?? { connections: 0, peers: new Set() };
    client.connections += 1;
    client.peers.add(c.peer);
    clients.set(name, client);
  }
  if (clients.size === 0) return [];
  const shown = [...clients].sort(([one], [other]) => (one < other ? -1 : 1)).slice(0, 20);
  const rows = shown.map(([name, client]) => make("tr", null,
    make("td", null, name), make("td", { class: "mono" }, [...client.peers].slice(0, 3).join(", ")),
    make("td", { class: "number" }, number.format(client.connections))));
  const more = clients.size - shown.length;
  return [make("div", { class: "card" },
    make("table", null, head("client", "from", "#connections"), make("tbody", null, ...rows)),
    more > 0 ? make("p", { class: "quiet" }, `and ${number.format(more)} more`) : null)];
}

// ---- what happens

/** Who and what of an event, or null for what happens too often to be told. `same` is shared by happenings that are told as one. */
function sentence(event) {
  const place = `${event.topic} · ${event.partition}`;
  switch (event.kind) {
    // Kafka's own topics are told by what made them grow.
    case "batch_appended": return event.topic.startsWith("__") ? null : { who: place, what: `took ${count(event.records, "record")} up to offset ${event.last_offset}`, same: `in ${place}` };
    case "records_fetched": case "high_watermark_moved": case "fetch_parked": return null;
    case "client_identified": return { who: event.client_id || "a client", what: `is ${event.software} ${event.version}`.trim() };
    case "connection_opened": return { who: event.peer, what: `connected to broker ${event.broker}` };
    case "connection_closed": return { who: `connection ${event.connection}`, what: `is closed: ${event.reason}` };
    case "topic_created": return { who: event.topic, what: `is a topic with ${count(event.partitions.length, "partition")}${event.automatic ? ", made because a client asked for it" : ""}` };
    case "topic_deleted": return { who: event.topic, what: "is deleted" };
    case "partitions_added": return { who: event.topic, what: `got ${count(event.partitions.length, "more partition")}` };
    case "config_changed": return { who: event.resource, what: `has ${event.name} ${event.value === null ? "at its default" : `= ${event.value}`}` };
    case "partition_offline": return { who: place, what: `is offline: ${event.why}` };
    case "log_start_moved": return { who: place, what: `starts at ${event.to} (${String(event.why).replaceAll("_", " ")})` };
    case "produce_refused": return { who: place, what: `refused records: ${event.error}` };
    case "partition_online": return { who: place, what: "takes requests again" };
    case "leader_changed": return { who: place, what: event.to < 0 ? `has no leader: ${event.why}` : `is led by broker ${event.to}: ${event.why}` };
    case "broker_stopped": return { who: `broker ${event.broker}`, what: event.clean ? "stopped" : "crashed" };
    case "broker_fenced": return { who: `broker ${event.broker}`, what: `is fenced: ${event.why}` };
    case "broker_starting": return { who: `broker ${event.broker}`, what: "reads its files" };
    case "broker_started": return { who: `broker ${event.broker}`, what: "takes connections" };
    case "controller_moved": return { who: `broker ${event.to}`, what: "is the controller" };
    case "group": return groupSentence(event.event);
    default: return { who: `broker ${event.broker}`, what: String(event.kind).replaceAll("_", " ") };
  }
}

function groupSentence(event) {
  if (event.kind === "group_loaded") return { who: event.group.group_id, what: "was read by its coordinator" };
  const who = event.group_id;
  switch (event.kind) {
    // Who waits for whom is for count-downs.
    case "deadline_set": case "deadline_cleared": case "member_rejoined": case "join_answered": return null;
    case "group_state_changed": return { who, what: `is ${event.to}: ${event.reason}` };
    case "member_joined": return { who, what: `${event.client_id} joined` };
    case "member_left": return { who, what: `${event.client_id || "a member"} left` };
    case "rebalance_started": return { who, what: `rebalances: ${event.reason}` };
    case "generation_started": return { who, what: `began generation ${event.generation_id} with ${count(event.members.length, "member")}` };
    case "partitions_assigned": return { who, what: "knows who reads what" };
    case "offsets_committed": return { who, what: `committed ${event.offsets.map((o) => `${o.topic} · ${o.partition_index} at ${o.to}`).slice(0, 3).join(", ")}`, same: `commits ${who}` };
    default: return { who, what: String(event.kind).replaceAll("_", " ") };
  }
}

function tell(said, micros) {
  const words = [make("b", null, said.who), ` ${said.what}`];
  byId("cause").replaceChildren(...words.map((word) => (word.cloneNode ? word.cloneNode(true) : word)));
  const time = clock.format(new Date(micros / 1000));
  const line = make("li", null, make("time", null, time), make("span", null, ...words));
  const list = byId("happenings");
  if (said.same !== undefined && said.same === lastSame && list.firstChild) list.firstChild.replaceWith(line);
  else list.prepend(line);
  lastSame = said.same;
  while (list.children.length > HAPPENINGS_MAX) list.lastChild.remove();
}

// ---- staying in step

let internalIsOpen = false;
let lastSame;
let redrawIsDue = false;

function redrawSoon() {
  if (redrawIsDue) return;
  redrawIsDue = true;
  setTimeout(async () => {
    try {
      const response = await fetch("/api/cluster");
      if (response.ok) draw(await response.json());
    } catch {
      // The socket's end says the same, and tries again.
    } finally {
      redrawIsDue = false;
    }
  }, REDRAW_PAUSE_MS);
}

function show(live) {
  const mark = byId("live");
  mark.textContent = live ? "live" : "not connected";
  mark.className = live ? "live live--on" : "live live--off";
  document.documentElement.classList.toggle("stale", !live);
}

function connect() {
  const socket = new WebSocket(`ws://${location.host}/api/events`);
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === "snapshot") { show(true); draw(message.snapshot); return; }
    if (message.type === "missed") {
      tell({ who: count(message.count, "happening"), what: "came too fast to be told" }, Date.now() * 1000);
      return;
    }
    const said = sentence(message);
    if (said !== null) tell(said, message.time);
    redrawSoon();
  });
  socket.addEventListener("close", () => { show(false); setTimeout(connect, RECONNECT_PAUSE_MS); });
}

connect();

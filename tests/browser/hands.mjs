// What a lesson's solution says, done by mouse: pieces are dragged from the palette, clients are pressed, fields are
// filled, buttons are pressed. Only time is let pass by a command.

import { drag, middle, nowhere, piece, run, scene, still } from './page.mjs';

/** Words of a line; quotes as a shell has them. */
function split(line) {
  const words = line.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/["']/g, ''));
}

/** Words that have a place, and those of the form `name=value`; a word without a value is `true`. */
function read(line) {
  const [command, ...words] = split(line);
  const plain = words.filter((word) => !word.includes('=') && !['tombstone', 'from-beginning'].includes(word));
  const named = words.filter((word) => !plain.includes(word)).map((word) => {
    const at = word.indexOf('=');
    return at < 0 ? [word, 'true'] : [word.slice(0, at), word.slice(at + 1)];
  });
  return { command, plain, named: new Map(named) };
}

const inspector = (page) => page.locator('.page-inspector');

/** Presses something on the stage. */
async function press(page, node) {
  // What stands on the stage may still move to its place.
  await still(page);
  const box = await page.locator(`.stage [data-node="${node}"]`).first().boundingBox();
  // A client by its middle; of a box its head, since others stand in it.
  const y = node.startsWith('client:') ? box.height / 2 : 14;
  await page.mouse.click(box.x + Math.min(box.width / 2, 20), box.y + Math.min(y, box.height / 2));
  await still(page);
}

/** Fills a field of the panel and leaves it. */
async function fill(page, name, value) {
  const field = inspector(page).getByLabel(name, { exact: true }).first();
  if ((await field.evaluate((element) => element.tagName)) === 'SELECT') {
    await field.selectOption(value);
  } else {
    await field.fill(value);
    await field.press('Enter');
    await field.evaluate((element) => element.blur());
  }
  await still(page);
}

async function button(page, name) {
  await inspector(page).getByRole('button', { name, exact: true }).first().click();
  await still(page);
}

async function topic(page, { plain: [name], named }) {
  await drag(page, await piece(page, 'topic'), await nowhere(page));
  const partitions = named.get('partitions') ?? '1';
  await fill(page, 'partitions', partitions);
  await fill(page, 'name', name);
}

/** What the settings of a consumer are called in its panel. */
const FIELDS = {
  processing: 'processing',
  concurrent: 'concurrent',
  kind: 'library',
  'from-beginning': 'begins with',
  group: 'group',
  topics: 'topics',
};

async function consumer(page, { plain: [name], named }) {
  const before = new Set(Object.keys((await scene(page)).clients));
  const group = named.get('group');
  const isThere = Object.keys((await scene(page)).stage.areas).includes(`group:${group}`);
  const onto = isThere ? `group:${group}` : `card:${named.get('topics')}@1`;
  await drag(page, await piece(page, 'consumer'), await middle(page, onto));
  const [made] = Object.keys((await scene(page)).clients).filter((client) => !before.has(client));
  if (made !== name) await fill(page, 'name', name);
  const client = (await scene(page)).clients[name];
  for (const [word, value] of named) {
    const isSo = (word === 'group' && client.group === value) || (word === 'topics' && client.topics.join() === value);
    if (!isSo && !client.command.split(' ').includes(`${word}=${value}`)) await fill(page, FIELDS[word], value);
  }
}

async function send(page, { plain: [name, to], named }) {
  await press(page, `client:${name}`);
  const has = (word) => named.get(word) ?? '';
  await inspector(page).getByRole('button', { name: named.has('count') ? 'many' : 'one', exact: true }).click();
  await inspector(page).getByLabel('topic', { exact: true }).selectOption(to);
  const field = async (label, value) => inspector(page).getByLabel(label, { exact: true }).first().fill(value);
  await field('key', has('key') || has('keys'));
  const tombstone = inspector(page).getByLabel('tombstone: no value');
  await tombstone.setChecked(named.has('tombstone'));
  if (!named.has('tombstone')) await field('value', has('value') || 'hi there');
  await field('partition', has('partition'));
  if (named.has('count')) await field('count', has('count'));
  await button(page, named.has('count') ? 'send all' : 'send');
}

async function set(page, { plain: [name], named }) {
  await press(page, `client:${name}`);
  for (const [word, value] of named) {
    if (word.startsWith('config:')) await fill(page, 'any other', `${word.slice('config:'.length)}=${value}`);
    else await fill(page, FIELDS[word], value);
  }
}

/** Kafka's tool that moves a group's bookmark: a button of the group, or the flag of the bookmark that is dragged. */
async function reset(page, line) {
  const words = split(line);
  const behind = (option) => words[words.indexOf(option) + 1];
  if (words.includes('--to-earliest')) {
    await press(page, `group:${behind('--group')}`);
    await button(page, 'offsets to the beginning');
    return;
  }
  await still(page);
  const place = `${behind('--topic')}-0`;
  const flag = await page.locator(`.stage .committed[data-marker="${place}"] .flag-head`).first().boundingBox();
  const cell = await page.locator(`.stage [data-node="lane:${place}"] [data-offset="${behind('--to-offset')}"]`).first().boundingBox();
  const y = flag.y + flag.height / 2;
  await drag(page, { x: flag.x + flag.width / 2, y }, { x: cell.x + 1, y });
}

/** Does what a line says. */
export async function byMouse(page, line) {
  const said = read(line);
  switch (said.command) {
    case 'wait':
    case 'settle':
      return run(page, line);
    case 'topic':
      return topic(page, said);
    case 'consumer':
      return consumer(page, said);
    case 'send':
      return send(page, said);
    case 'set':
      return set(page, said);
    case 'slow':
      return set(page, said);
    case 'crash':
    case 'leave':
    case 'restart':
      await press(page, `client:${said.plain[0]}`);
      return button(page, said.command);
    case 'alter':
      await press(page, `card:${said.plain[1]}@1`);
      return fill(page, 'partitions', said.named.get('partitions'));
    case 'kafka-consumer-groups.sh':
      return reset(page, line);
    default:
      throw new Error(`no hand does this: ${line}`);
  }
}

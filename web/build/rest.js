
// The rest of the beginning: functions that are not called while the page begins, in a program of their own. It is asked
// for behind the first picture. Who calls one of them sooner waits for it in the middle of her call.

const REST = new URL("./rest.wasm", import.meta.url);
const ATTEMPTS_COUNT = 3;
let compiledRest;
let askedRest;

/** Fetches the rest; once it is at hand nobody has to wait for it. */
export function fetchRest() {
  // A call may have been quicker, and brought it.
  if (compiledRest !== undefined) return Promise.resolve(compiledRest);
  askedRest ??= WebAssembly.compileStreaming(fetch(REST)).then((compiled) => (compiledRest = compiled));
  // What failed is asked for again.
  askedRest.catch(() => (askedRest = undefined));
  return askedRest;
}

/** What the rest takes from the beginning. Its functions are called by their places in the beginning's table. */
function restImports() {
  return { beginning: initSync() };
}

/** Fetches the rest and puts it in its place. */
export async function loadRest() {
  const compiled = await fetchRest();
  if (!isRestThere()) await WebAssembly.instantiate(compiled, restImports());
}

/** Whether the rest is in its place. */
export function isRestThere() {
  return initSync().rest_is_there.value !== 0;
}

/** Puts the rest in its place before it returns. The beginning calls it. */
export function bringRest() {
  compiledRest ??= new WebAssembly.Module(fetchRestNow());
  new WebAssembly.Instance(compiledRest, restImports());
}

function fetchRestNow() {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const request = new XMLHttpRequest();
      request.open('GET', REST, false);
      // A request that is waited for may ask for nothing but text: each character is a byte.
      request.overrideMimeType('text/plain; charset=x-user-defined');
      request.send();
      if (request.status !== 200) throw new Error(`${REST} answers ${request.status}`);
      return Uint8Array.from(request.responseText, (character) => character.charCodeAt(0));
    } catch (reason) {
      if (attempt < ATTEMPTS_COUNT) continue;
      sayLost();
      throw reason;
    }
  }
}

/** A call that ends half way leaves nothing that could be gone on with. */
function sayLost() {
  const said = document.createElement('div');
  said.className = 'lost';
  said.setAttribute('role', 'alert');
  said.textContent = 'The rest of this page could not be loaded. What you did is kept: see whether you are online, and ';
  const again = document.createElement('button');
  again.textContent = 'load the page again';
  again.addEventListener('click', () => location.reload());
  said.append(again);
  document.body.append(said);
}

/** Settles once a hand is moved or a key is pressed, or a while after. */
export function firstSign(milliseconds) {
  return new Promise((settle) => {
    const signs = ['pointermove', 'pointerdown', 'keydown', 'wheel', 'focusin', 'click'];
    const settings = { capture: true, passive: true };
    const done = () => {
      for (const sign of signs) removeEventListener(sign, done, settings);
      clearTimeout(timer);
      settle();
    };
    const timer = setTimeout(done, milliseconds);
    for (const sign of signs) addEventListener(sign, done, settings);
  });
}

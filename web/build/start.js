import start from './runnel.js';
import { fetchRest } from './split.js';

/** Whether a run is opened, or offered, as soon as the page is there: the beginning alone does not read them. */
function isRunWanted() {
  try {
    return location.hash.length > 1 || Object.keys(localStorage).some((name) => name.startsWith('runnel.work.'));
  } catch {
    // No storage, nothing kept.
    return false;
  }
}

const program = fetch(new URL('./runnel_bg.wasm', import.meta.url));
if (isRunWanted()) await fetchRest().catch(() => {});
await start({ module_or_path: program });

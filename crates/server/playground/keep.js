// @ts-check
/** The user's own pictures, kept in this browser over a reload. The page works without it: a browser may refuse to keep anything. */

/** @typedef {{ id: string, name: string, blob: Blob, info: import("./request.js").Info, time: number }} Kept */

const DATABASE = "palmette-playground";
const STORE = "pictures";

/** How many pictures are kept; the oldest makes room for one more. */
const MAX_KEPT = 8;

/**
 * Keeps a picture.
 *
 * @param {Kept} picture
 * @returns {Promise<boolean>} False if this browser keeps nothing, or has no room.
 */
export async function keep(picture) {
  try {
    const kept = await keptPictures();
    const surplus = kept.slice(0, Math.max(0, kept.length + 1 - MAX_KEPT));
    await run("readwrite", (store) => {
      for (const { id } of surplus) store.delete(id);
      return store.put(picture);
    });
    return true;
  } catch {
    return false;
  }
}

/**
 * Returns what is kept, oldest first; nothing if this browser keeps nothing.
 *
 * @returns {Promise<Kept[]>}
 */
export async function keptPictures() {
  try {
    /** @type {Kept[]} */
    const kept = await run("readonly", (store) => store.getAll());
    return kept.sort((one, other) => one.time - other.time);
  } catch {
    return [];
  }
}

/** Forgets everything that is kept. */
export async function forgetKept() {
  await run("readwrite", (store) => store.clear()).catch(() => {});
}

/**
 * Runs one transaction, and waits until it is on disk.
 *
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest} act
 * @returns {Promise<any>} The result of the request.
 */
async function run(mode, act) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

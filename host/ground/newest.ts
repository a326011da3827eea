// The rule by which every table of the host stays bounded: what was touched last stands last, and past
// the limit what was not touched for longest gives way.

/** Puts an entry at the end of `map`; lets the oldest go while there are more than `most`. */
export function keepNewest<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  map.delete(key);
  map.set(key, value);
  while (map.size > most) {
    const oldest = map.keys().next();
    if (oldest.done) return;
    map.delete(oldest.value);
  }
}

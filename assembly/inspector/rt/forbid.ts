// The inspector's runtime: there is none. Whatever would need the managed heap is a compile error
// that says what to do instead. The functions are global but not exported, so the compiler only
// looks at them when something asks for an allocation.

// @ts-ignore: decorator
@global @unsafe
function __new(size: usize, id: u32): usize {
  ERROR("no managed object in the inspector: make the class @unmanaged and give it a table in memory.ts");
  return 0;
}

// @ts-ignore: decorator
@global @unsafe
function __renew(at: usize, size: usize): usize {
  ERROR("no managed object in the inspector: a table never grows");
  return 0;
}

// @ts-ignore: decorator
@global @unsafe
function __alloc(size: usize): usize {
  ERROR("no allocation in the inspector: give the table a place in memory.ts");
  return 0;
}

// @ts-ignore: decorator
@global @unsafe
function __link(parent: usize, child: usize, expectMultiple: bool): void {
  ERROR("no managed reference in the inspector: store an index");
}

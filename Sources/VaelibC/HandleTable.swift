import Synchronization
import VaelibNumerics

/// The kinds of handles; the number is part of the handle.
enum HandleKind: UInt64 {
  case dataset = 1
  case model = 2
  case trainer = 3
  case writer = 4

  var name: String {
    switch self {
    case .dataset: "vaelib_dataset"
    case .model: "vaelib_model"
    case .trainer: "vaelib_trainer"
    case .writer: "vaelib_writer"
    }
  }
}

/// An object that C programs hold by handle.
protocol HandleObject: AnyObject, Sendable {
  static var kind: HandleKind { get }
}

/// Maps handles to objects.
///
/// A handle is not an address but a number: generation (32 bits), slot (24), kind (3), and a set low bit, so that freed
/// and mistaken handles are recognised and nothing a caller passes is ever dereferenced. Cancelling reads atomics only,
/// so that a signal handler may do it.
final class HandleTable: @unchecked Sendable {
  static let shared = HandleTable()
  static let capacity = 1 << 16

  private let lock = ForkSafeLock()
  private var objects: [(any HandleObject)?] = []
  /// The message of the last failing call on each slot's handle.
  private var errors: [String?] = []
  private var freeSlots: [Int] = []
  /// The generation of the live handle in each slot, even when free and odd when taken.
  private let generations: UnsafeMutablePointer<Atomic<UInt32>>
  /// How often each slot's calls were cancelled.
  private let cancellations: UnsafeMutablePointer<Atomic<UInt32>>

  private init() {
    generations = Self.zeros()
    cancellations = Self.zeros()
  }

  /// One atomic zero for each slot, never deallocated.
  private static func zeros() -> UnsafeMutablePointer<Atomic<UInt32>> {
    let atomics = UnsafeMutablePointer<Atomic<UInt32>>.allocate(capacity: capacity)
    for slot in 0..<capacity { (atomics + slot).initialize(to: Atomic(0)) }
    return atomics
  }

  private static func handle(_ kind: HandleKind, slot: Int, generation: UInt32) -> OpaquePointer? {
    OpaquePointer(bitPattern: UInt(UInt64(generation) << 32 | UInt64(slot) << 8 | kind.rawValue << 1 | 1))
  }

  /// A new handle for an object, which it keeps alive.
  func insert(_ object: some HandleObject) throws -> OpaquePointer? {
    try MemoryReserve.check()
    let kind = type(of: object).kind
    return try lock.withLock {
      let slot = try freeSlot()
      objects[slot] = object
      let generation = generations[slot].wrappingAdd(1, ordering: .releasing).newValue
      return Self.handle(kind, slot: slot, generation: generation)
    }
  }

  private func freeSlot() throws -> Int {
    if let slot = freeSlots.popLast() { return slot }
    if objects.count == Self.capacity { throw BoundaryError.tooManyHandles }
    objects.append(nil)
    errors.append(nil)
    return objects.count - 1
  }

  /// The slot of a handle, if its numbers can be valid at all.
  private static func slot(_ handle: OpaquePointer?) -> (slot: Int, generation: UInt32, kind: UInt64)? {
    let bits = UInt64(UInt(bitPattern: handle))
    let slot = Int(bits >> 8 & 0xff_ffff)
    if bits & 1 == 0 || slot >= capacity { return nil }
    return (slot, UInt32(bits >> 32), bits >> 1 & 0x7f)
  }

  /// The object of a handle; throws if the handle is NULL, was freed, or is of another kind.
  func object<Object: HandleObject>(_ handle: OpaquePointer?, as type: Object.Type) throws -> Object {
    guard let handle else { throw BoundaryError.handle("the \(type.kind.name) handle is NULL") }
    guard let place = Self.slot(handle) else { throw Self.foreign(type.kind) }
    if let kind = HandleKind(rawValue: place.kind), kind != type.kind {
      throw BoundaryError.handle("a \(type.kind.name) handle is needed, but this is a \(kind.name) handle")
    }
    let object = try lock.withLock {
      guard place.slot < objects.count else { throw Self.foreign(type.kind) }
      guard generations[place.slot].load(ordering: .relaxed) == place.generation,
        let object = objects[place.slot] as? Object
      else {
        throw BoundaryError.handle("the \(type.kind.name) handle was freed, or was never valid")
      }
      return object
    }
    ThreadMessages.use(handle)
    return object
  }

  /// Notes the message of a call that failed, with the handles that it used.
  func setError(_ message: String, of handles: ArraySlice<OpaquePointer>) {
    let places = handles.compactMap { Self.slot($0) }
    lock.withLock {
      for place in places where isLive(place) { errors[place.slot] = message }
    }
  }

  /// The message of the last failing call on a handle; nil if there is none, or no such handle.
  func error(of handle: OpaquePointer?) -> String? {
    guard let place = Self.slot(handle) else { return nil }
    return lock.withLock { isLive(place) ? errors[place.slot] : nil }
  }

  /// To be called while `lock` is held.
  private func isLive(_ place: (slot: Int, generation: UInt32, kind: UInt64)) -> Bool {
    place.slot < objects.count && objects[place.slot] != nil
      && generations[place.slot].load(ordering: .relaxed) == place.generation
  }

  private static func foreign(_ kind: HandleKind) -> BoundaryError {
    .handle("this is not a \(kind.name) handle; pass one that the library returned")
  }

  /// Forgets a handle; the object lives on while a call still uses it. Other handles are left alone.
  func remove<Object: HandleObject>(_ handle: OpaquePointer?, as type: Object.Type) {
    guard let place = Self.slot(handle), place.kind == type.kind.rawValue else { return }
    let removed: (any HandleObject)? = lock.withLock {
      guard place.slot < objects.count,
        generations[place.slot].load(ordering: .relaxed) == place.generation
      else { return nil }
      generations[place.slot].wrappingAdd(1, ordering: .releasing)
      freeSlots.append(place.slot)
      defer { (objects[place.slot], errors[place.slot]) = (nil, nil) }
      return objects[place.slot]
    }
    _ = removed  // released outside the lock, since its deinitialiser may take time
  }

  /// How often the calls on a handle were cancelled so far; a call stops when the number changes. What the thread that
  /// cancelled wrote before, the call's thread then sees.
  func cancellations(_ handle: OpaquePointer?) -> UInt32 {
    guard let place = Self.slot(handle) else { return 0 }
    return cancellations[place.slot].load(ordering: .acquiring)
  }

  /// Tells the calls that run on a handle to stop. Async-signal-safe; false if the handle is not live.
  func cancel(_ handle: OpaquePointer?, kind: HandleKind) -> Bool {
    guard let place = Self.slot(handle), place.kind == kind.rawValue, place.generation & 1 == 1,
      generations[place.slot].load(ordering: .acquiring) == place.generation
    else { return false }
    cancellations[place.slot].wrappingAdd(1, ordering: .releasing)
    return true
  }
}

/// Makes items 0, 1, 2, ... on a thread of its own, ahead of the thread that takes them, one after another.
///
/// An item's failure reaches the consumer in the item's place. If no thread can be started, and in a forked child,
/// which has none, the consumer makes the items itself, with the same outcome. The thread ends with the prefetcher:
/// `deinit` waits until the item that is being made is done.
public final class Prefetcher<Item: Sendable> {
  private let count: Int
  private let make: @Sendable (Int) throws -> Item
  private let slots: Slots
  private let gauge: PrefetchGauge?
  private let thread: BackgroundThread?
  private var taken = 0

  /// A ring of places for items, each written by the producer before it is handed over, and read by the consumer after.
  private final class Slots: @unchecked Sendable {
    private let slots: UnsafeMutableBufferPointer<Result<Item, any Error>?>

    init(_ count: Int) {
      slots = .allocate(capacity: count)
      slots.initialize(repeating: nil)
    }

    deinit {
      slots.deinitialize()
      slots.deallocate()
    }

    var count: Int { slots.count }

    subscript(item: Int) -> Result<Item, any Error>? {
      get { slots[item % slots.count] }
      set { slots[item % slots.count] = newValue }
    }
  }

  /// - Parameters:
  ///   - count: how many items there are.
  ///   - capacity: how many may be ready and not taken.
  ///   - isAhead: false if making items is too cheap for a thread.
  public init(
    count: Int, capacity: Int, isAhead: Bool = true, make: @escaping @Sendable (Int) throws -> Item
  ) {
    self.count = count
    self.make = make
    let slots = Slots(max(1, min(capacity, count)))
    let gauge = isAhead && count > 1 ? PrefetchGauge() : nil
    self.slots = slots
    self.gauge = gauge
    thread = gauge.flatMap { gauge in
      BackgroundThread { Self.work(count, make, slots, gauge) }
    }
  }

  deinit {
    // In a forked child nobody sleeps in the parking place, which still counts the thread that slept there in the parent.
    guard let gauge, let thread, thread.exists else { return }
    gauge.stop()
    thread.join()
  }

  private static func work(
    _ count: Int, _ make: @Sendable (Int) throws -> Item, _ slots: Slots, _ gauge: PrefetchGauge
  ) {
    for item in 0..<count {
      guard gauge.waitForRoom(item) else { return }
      let result = Result { try make(item) }
      slots[item] = result
      gauge.handOver(item)
      if case .failure = result { return }
    }
  }

  /// Lets the thread go ahead up to item `end` - 1, as far as there is room.
  public func allow(_ end: Int) {
    guard let gauge, thread?.exists == true else { return }
    profiled(.waitingForReader) { gauge.allow(min(end, taken + slots.count, count)) }
  }

  /// The next item, or nil after the last; throws what making it threw. Items are read from files.
  ///
  /// - Parameter poll: called every few milliseconds while the item is not ready; what it throws ends the wait.
  public func next(_ poll: () throws -> Void) throws -> Item? {
    guard taken < count else { return nil }
    try wait(poll)
    defer { taken += 1 }
    guard let gauge, gauge.isReady(taken), let result = slots[taken] else {
      return try profiled(.reading) { try make(taken) }
    }
    slots[taken] = nil
    return try result.get()
  }

  private func wait(_ poll: () throws -> Void) throws {
    allow(taken + 1)
    guard let gauge, let thread else { return }
    if gauge.isReady(taken) { return }
    try profiled(.waitingForReader) {
      while thread.exists, !gauge.isReady(taken) {
        try poll()
        gauge.waitBriefly(for: taken)
      }
    }
  }
}

import Glibc
import VaelibNumerics
import VaelibStorage

/// The last error, warning and profile of one thread, as C strings that live until they are replaced; and the handles
/// that its calls use, innermost call last.
///
/// Kept under a pthread key, whose destructor frees them when the thread ends.
struct ThreadMessages {
  private struct Slots {
    var error: UnsafeMutablePointer<CChar>?
    var warning: UnsafeMutablePointer<CChar>?
    var handles: [OpaquePointer] = []
    /// Of the last call that was measured, and its text once somebody asked for it.
    var profile: Profile?
    var profileText: UnsafeMutablePointer<CChar>?
  }

  static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key) { memory in
      guard let memory else { return }
      let slots = memory.assumingMemoryBound(to: Slots.self)
      free(slots.pointee.error)
      free(slots.pointee.warning)
      free(slots.pointee.profileText)
      slots.deinitialize(count: 1)
      slots.deallocate()
    }
    return key
  }()

  private static var slots: UnsafeMutablePointer<Slots> {
    Preparation.run()
    if let memory = pthread_getspecific(key) { return memory.assumingMemoryBound(to: Slots.self) }
    let slots = UnsafeMutablePointer<Slots>.allocate(capacity: 1)
    slots.initialize(to: Slots())
    pthread_setspecific(key, slots)
    return slots
  }

  static var error: UnsafePointer<CChar>? {
    slots.pointee.error.map { UnsafePointer($0) } ?? Constants.string("")
  }

  static var warning: UnsafePointer<CChar>? {
    slots.pointee.warning.map { UnsafePointer($0) } ?? Constants.string("")
  }

  /// Where the time of the last call went that was measured; nil if none was.
  static var profile: Profile? {
    get { slots.pointee.profile }
    set { slots.pointee.profile = newValue }
  }

  /// The same as a table; empty if none was.
  static var profileText: UnsafePointer<CChar>? {
    let slots = slots
    free(slots.pointee.profileText)
    slots.pointee.profileText = withNumericEnvironment { slots.pointee.profile.flatMap { copy($0.text) } }
    return slots.pointee.profileText.map { UnsafePointer($0) } ?? Constants.string("")
  }

  /// `text` must be printable; nil for no error yet.
  static func setError(_ text: String?) {
    let slots = slots
    free(slots.pointee.error)
    slots.pointee.error = text.flatMap(copy)
  }

  /// As strdup, but that the library's reserve of memory serves it too.
  private static func copy(_ text: String) -> UnsafeMutablePointer<CChar>? {
    text.withCString { bytes in
      let size = strlen(bytes) + 1
      return malloc(size).map { memory in
        memcpy(memory, bytes, size)
        return memory.bindMemory(to: CChar.self, capacity: size)
      }
    }
  }

  /// Notes that the running call uses a handle.
  static func use(_ handle: OpaquePointer) { slots.pointee.handles.append(handle) }

  /// How many handles the calls use that are running on this thread: a callback may make calls within a call.
  static var handleCount: Int { slots.pointee.handles.count }

  /// The handles of the innermost call, if there were `outer` before it.
  static func handles(after outer: Int) -> ArraySlice<OpaquePointer> {
    slots.pointee.handles.dropFirst(outer)
  }

  static func forgetHandles(after outer: Int) {
    let slots = slots
    slots.pointee.handles.removeLast(max(0, slots.pointee.handles.count - outer))
  }

  /// nil for no warning, the state before each call.
  static func setWarning(_ text: String?) {
    let slots = slots
    if text == nil, slots.pointee.warning == nil { return }
    free(slots.pointee.warning)
    slots.pointee.warning = text.flatMap { copy($0.printable) }
  }
}

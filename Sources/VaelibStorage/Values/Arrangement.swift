import Glibc
import VaelibNumerics

/// A part of an element: where it is stored in the element, what becomes of it, and where it goes in the element's place
/// in memory.
struct ElementField {
  enum Change {
    case number(ElementConversion)
    /// So many bytes stay as they are.
    case none(Int)
    /// A number of another type first becomes one as it would be stored, with which something else is done.
    indirect case through(NumberChange, ElementField)
  }

  let offset: Int
  let place: Int
  let change: Change

  /// A number.
  init(_ conversion: ElementConversion, offset: Int = 0, place: Int = 0) {
    change = .number(conversion)
    self.offset = offset
    self.place = place
  }

  /// Bytes that stay as they are.
  init(bytes: Int, offset: Int = 0, place: Int = 0) {
    change = .none(bytes)
    self.offset = offset
    self.place = place
  }

  /// The same place for numbers that become those that are read so.
  func reading(_ numbers: NumberChange) -> ElementField {
    if case .number(let conversion) = change, numbers.isDirect(conversion) {
      return ElementField(ElementConversion(numbers.source, to: conversion.memory), place: place)
    }
    return ElementField(change: .through(numbers, self), place: place)
  }

  private init(change: Change, place: Int) {
    (self.change, self.place, offset) = (change, place, 0)
  }

  /// Bytes in the file and in memory.
  var storedBytes: Int {
    switch change {
    case .number(let conversion): conversion.stored.byteCount
    case .none(let bytes): bytes
    case .through(let numbers, _): numbers.source.byteCount
    }
  }
  var memoryBytes: Int {
    switch change {
    case .number(let conversion): conversion.memory.byteCount
    case .none(let bytes): bytes
    case .through(_, let field): field.memoryBytes
    }
  }

  var isIdentity: Bool {
    switch change {
    case .number(let conversion): conversion.isIdentity
    case .none: true
    case .through: false
    }
  }

  /// Puts the field of elements that stand `sourceStep` bytes apart at `target`, `targetStep` bytes apart.
  func put(
    _ source: UnsafeRawPointer, sourceStep: Int, at target: UnsafeMutableRawPointer, targetStep: Int,
    count: Int
  ) {
    if case .through(let numbers, let field) = change {
      return put(source, sourceStep, numbers, field, at: target, targetStep, count)
    }
    let (source, target) = (source + offset, target + place)
    switch change {
    case .number(let conversion):
      conversion.convert(source, sourceStep: sourceStep, to: target, targetStep: targetStep, count: count)
    case .none(let bytes):
      for index in 0..<count { memcpy(target + index * targetStep, source + index * sourceStep, bytes) }
    case .through: break
    }
  }

  /// Numbers that take part in two changes at once.
  private static let stretch = 256

  private func put(
    _ source: UnsafeRawPointer, _ sourceStep: Int, _ numbers: NumberChange, _ field: ElementField,
    at target: UnsafeMutableRawPointer, _ targetStep: Int, _ count: Int
  ) {
    let width = numbers.target.byteCount
    withUnsafeTemporaryAllocation(byteCount: Self.stretch * width, alignment: 8) { buffer in
      guard let between = buffer.baseAddress else { return }
      for first in stride(from: 0, to: count, by: Self.stretch) {
        let length = min(Self.stretch, count - first)
        numbers.convert(source + first * sourceStep, sourceStep: sourceStep, to: between, count: length)
        field.put(
          UnsafeRawPointer(between), sourceStep: width, at: target + first * targetStep,
          targetStep: targetStep,
          count: length)
      }
    }
  }
}

/// Where the elements of a box go in memory, and what of them.
struct Arrangement {
  /// The place of the box's first element.
  let base: UnsafeMutableRawPointer
  /// Bytes from one element to the next along each axis of the box.
  let strides: [Int]
  let fields: [ElementField]

  /// Numbers in the order of the axes, without gaps.
  static func dense(
    _ lengths: [Int], _ field: ElementField, at base: UnsafeMutableRawPointer
  ) -> Arrangement {
    Arrangement(
      base: base, strides: rowMajorStrides(lengths, elementBytes: field.memoryBytes), fields: [field])
  }

  /// Whether elements of so many bytes go to memory as they are stored, provided they have no gaps there.
  func isCopy(elementBytes: Int) -> Bool {
    guard fields.count == 1, let field = fields.first else { return false }
    return field.offset == 0 && field.place == 0 && field.isIdentity && field.storedBytes == elementBytes
  }

  /// Puts elements that stand `sourceStep` bytes apart at `target`, `targetStep` bytes apart.
  func put(
    _ source: UnsafeRawPointer, sourceStep: Int, at target: UnsafeMutableRawPointer, targetStep: Int,
    count: Int
  ) {
    for field in fields {
      field.put(source, sourceStep: sourceStep, at: target, targetStep: targetStep, count: count)
    }
  }
}

/// Bytes from one element to the next along each axis of an array without gaps.
func rowMajorStrides(_ lengths: [Int], elementBytes: Int) -> [Int] {
  var strides = lengths
  var stride = elementBytes
  for axis in lengths.indices.reversed() {
    strides[axis] = stride
    stride *= lengths[axis]
  }
  return strides
}

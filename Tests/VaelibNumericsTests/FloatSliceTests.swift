import Testing
import VaelibNumerics

@Suite struct FloatSliceTests {
  private func values(_ slice: FloatSlice) -> [Float] { slice.withElements { Array($0) } }

  @Test func itIsAViewAndNoCopy() throws {
    let buffer = try FloatBuffer(count: 5)
    let slice = FloatSlice(buffer, 1..<4)
    buffer.base[1] = 7
    buffer.base[3] = 8
    #expect(values(slice) == [7, 0, 8])
  }

  @Test func itKeepsItsBuffer() throws {
    weak var observed: FloatBuffer?
    func make() throws -> FloatSlice {
      let buffer = try FloatBuffer(count: 1 << 10)
      observed = buffer
      return FloatSlice(buffer, 0..<buffer.count)
    }
    var slice: FloatSlice? = try make()
    #expect(observed != nil)
    #expect(slice?.count == 1 << 10)
    slice = nil
    #expect(observed == nil)
  }

  @Test func itEndsWithItsBuffer() throws {
    let buffer = try FloatBuffer(count: 3)
    #expect(FloatSlice(buffer, 2..<9).count == 1)
    #expect(values(FloatSlice(buffer, 5..<9)).isEmpty)
  }

  @Test func slicesAreEqualByTheirValues() throws {
    let buffer = try FloatBuffer(count: 4)
    buffer.base[1] = 1
    buffer.base[3] = 1
    #expect(FloatSlice(buffer, 0..<2) == FloatSlice(buffer, 2..<4))
    #expect(FloatSlice(buffer, 0..<2) != FloatSlice(buffer, 1..<3))
    #expect(FloatSlice(buffer, 0..<2) != FloatSlice(buffer, 0..<1))
  }
}

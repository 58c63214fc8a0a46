import CKernels
import Testing

@testable import VaelibNumerics

@Suite struct NumericEnvironmentTests {

  @Test func denormalsAreFlushedInsideAndComeBackOutside() {
    let before = vaelib_floating_point_mode()
    var product: Float = 1
    withNumericEnvironment {
      withNumericEnvironment {}
      var x: Float = 1e-30
      kernels.scale(&x, 1e-10, 1)
      product = x
    }
    #expect(product == 0)
    #expect(vaelib_floating_point_mode() == before)
    var x: Float = 1e-30
    kernels.scale(&x, 1e-10, 1)
    #expect(x > 0)
  }

  @Test func resultsAndErrorsPassThrough() {
    #expect(withNumericEnvironment { 42 } == 42)
    let before = vaelib_floating_point_mode()
    #expect(throws: NumericsError.outOfMemory(bytes: 1)) {
      try withNumericEnvironment { () throws(NumericsError) -> Void in throw .outOfMemory(bytes: 1) }
    }
    #expect(vaelib_floating_point_mode() == before)
  }
}

import CKernels
import COpenBLAS

/// Matrix products. The only file that calls a BLAS.
public enum BLAS {
  /// c = op(a) op(b), or c += op(a) op(b), where op transposes if asked.
  ///
  /// Shapes: op(a) [m, k], op(b) [k, n], c [m, n]; c overlaps neither. Runs on the calling thread alone
  /// inside `withNumericEnvironment`. What c held before does not matter unless `accumulate`, not even if it
  /// is NaN.
  public static func multiply(
    _ a: MatrixView, transposeA: Bool = false, _ b: MatrixView, transposeB: Bool = false, into c: MatrixView,
    accumulate: Bool = false
  ) {
    let inner = transposeA ? a.rows : a.columns
    assert((transposeA ? a.columns : a.rows) == c.rows)
    assert((transposeB ? b.rows : b.columns) == c.columns)
    assert((transposeB ? b.columns : b.rows) == inner)
    guard c.rows > 0, c.columns > 0 else { return }
    vaelib_enter_product()
    defer { vaelib_leave_product() }
    cblas_sgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
      size(c.rows), size(c.columns), size(inner), 1, a.base, leading(a), b.base, leading(b),
      accumulate ? 1 : 0,
      c.base, leading(c))
  }

  /// The library, its version and the processor it chose its kernels for: "OpenBLAS 0.3.21 Cooperlake".
  public static var description: String {
    let words = string(openblas_get_config()).split(separator: " ")
    let version = words.count > 1 ? words[1] : "unknown version"
    return "OpenBLAS \(version) \(string(openblas_get_corename()))"
  }

  /// How many threads one product may use: a setting of the whole process.
  ///
  /// OpenBLAS takes a lock to change it, which a forked child must not find held: the gate of the products keeps forks
  /// out here as well.
  static var threads: Int {
    get { Int(openblas_get_num_threads()) }
    set {
      vaelib_enter_product()
      defer { vaelib_leave_product() }
      openblas_set_num_threads(Int32(clamping: newValue))
    }
  }

  private static func size(_ count: Int) -> blasint { blasint(clamping: count) }

  /// BLAS wants a leading dimension of at least 1 even where there are no columns.
  private static func leading(_ matrix: MatrixView) -> blasint { size(max(1, matrix.stride)) }

  private static func string(_ text: UnsafeMutablePointer<CChar>?) -> String {
    text.map { String(cString: $0) } ?? ""
  }
}

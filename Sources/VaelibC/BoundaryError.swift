import CVaelib
import VaelibModels
import VaelibNetworks
import VaelibNumerics
import VaelibStorage

/// What the boundary itself refuses, before the engine sees it.
enum BoundaryError: Error, CustomStringConvertible {
  case argument(String)
  case handle(String)
  case busy(String)
  case tooManyHandles

  var description: String {
    switch self {
    case .argument(let text), .handle(let text), .busy(let text): text
    case .tooManyHandles:
      "\(HandleTable.capacity) handles are in use, the maximum; free those that are no longer needed"
    }
  }
}

extension vaelib_status {
  /// The status that stands for an error of any floor.
  init(_ error: any Error) {
    self =
      switch error {
      case let error as BoundaryError: Self.of(error)
      case let error as ModelError: Self.of(error)
      case let error as StorageError: Self.of(error)
      case is NetworkError: VAELIB_INVALID_ARGUMENT
      case is NumericsError: VAELIB_OUT_OF_MEMORY
      default: VAELIB_INTERNAL_ERROR
      }
  }

  private static func of(_ error: BoundaryError) -> vaelib_status {
    switch error {
    case .argument: VAELIB_INVALID_ARGUMENT
    case .handle: VAELIB_INVALID_HANDLE
    case .busy: VAELIB_BUSY
    case .tooManyHandles: VAELIB_OUT_OF_MEMORY
    }
  }

  private static func of(_ error: ModelError) -> vaelib_status {
    switch error {
    case .invalidArgument: VAELIB_INVALID_ARGUMENT
    case .data: VAELIB_DATA_ERROR
    case .numerical: VAELIB_NUMERICAL_ERROR
    case .cancelled: VAELIB_CANCELLED
    }
  }

  private static func of(_ error: StorageError) -> vaelib_status {
    switch error {
    case .file: VAELIB_FILE_ERROR
    case .format, .unread: VAELIB_FORMAT_ERROR
    case .memory: VAELIB_OUT_OF_MEMORY
    case .cancelled: VAELIB_CANCELLED
    }
  }
}

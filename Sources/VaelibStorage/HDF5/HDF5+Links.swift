import CHDF5

extension HDF5 {
  /// What a name in a group stands for. Only hard links are followed: the others lead out of the file or in circles.
  enum LinkKind: Equatable {
    case hard, soft, external

    init(_ type: Int) {
      switch type {
      case Int(H5L_TYPE_HARD.rawValue): self = .hard
      case Int(H5L_TYPE_SOFT.rawValue): self = .soft
      default: self = .external
      }
    }

    /// For messages.
    var name: String {
      switch self {
      case .hard: "a hard link"
      case .soft: "a soft link"
      case .external: "an external link"
      }
    }
  }

  enum ObjectKind {
    case group, dataset, other

    /// For messages.
    var noun: String {
      switch self {
      case .group: "group"
      case .dataset: "dataset"
      case .other: "object"
      }
    }
  }
}

extension HDF5.Session {
  /// The link kind of `name`, one path component, in `group`; nil if there is none.
  func linkKind(of name: String, in group: HDF5.Object) throws(StorageError) -> HDF5.LinkKind? {
    let label = Self.label("object", group, name)
    guard name != "." else { return nil }
    let exists = try check(H5Lexists(group.id, name, hid_t(H5P_DEFAULT)), label, "look it up")
    guard exists > 0 else { return nil }
    return HDF5.LinkKind(Int(try check(vaelib_h5l_type(group.id, name), label, "look it up")))
  }

  /// Opens what the hard link `name` in `group` stands for.
  func openObject(
    _ name: String, in group: HDF5.Object
  ) throws(StorageError) -> (object: HDF5.Object, kind: HDF5.ObjectKind) {
    let path = Self.join(group.name, name)
    let id = try own(
      H5Oopen(group.id, name, hid_t(H5P_DEFAULT)), Self.label("object", group, name), "open it")
    let kind: HDF5.ObjectKind =
      switch H5Iget_type(id) {
      case H5I_GROUP: .group
      case H5I_DATASET: .dataset
      default: .other
      }
    return (HDF5.Object(id: id, name: path, label: "\(kind.noun) \"\(path)\""), kind)
  }

  /// Creates the group `name`, or a nested one such as "encoder/0".
  func createGroup(_ name: String, in parent: HDF5.Object) throws(StorageError) -> HDF5.Object {
    let label = Self.label("group", parent, name)
    let id = try own(
      H5Gcreate2(parent.id, name, try linkCreation(name), hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT)), label,
      "create it")
    return HDF5.Object(id: id, name: Self.join(parent.name, name), label: label)
  }

  /// Creates the groups on the way to `name` too. Marks it as UTF-8 only if it must be: the oldest form of groups,
  /// which every reader knows, holds ASCII names.
  func linkCreation(_ name: String) throws(StorageError) -> hid_t {
    let list = try own(H5Pcreate(vaelib_h5p_link_create()), nil, "prepare names")
    try check(H5Pset_create_intermediate_group(list, 1), nil, "prepare names")
    if !name.utf8.allSatisfy({ $0 < 0x80 }) {
      try check(H5Pset_char_encoding(list, H5T_CSET_UTF8), nil, "prepare names")
    }
    return list
  }

  /// "group/name", or "name" in the root.
  static func join(_ group: String, _ name: String) -> String {
    group.isEmpty ? name : group + "/" + name
  }

  /// What messages call `name` in `group`: `dataset "group/name"`.
  static func label(_ noun: String, _ group: HDF5.Object, _ name: String) -> String {
    "\(noun) \"\(join(group.name, name))\""
  }
}

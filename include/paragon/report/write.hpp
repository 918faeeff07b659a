// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/atomic_file.hpp"
#include "../core/error.hpp"
#include "../core/result.hpp"
#include "html.hpp"
#include "json.hpp"
#include "svg.hpp"

namespace paragon::inline PARAGON_ISA::report {

namespace detail {

/// Makes a folder and those above it, where they are absent.
inline void make_folder(const std::string& path) {
  for (std::size_t at = path.find('/', 1);; at = path.find('/', at + 1)) {
    const std::string part = path.substr(0, at);
    if (::mkdir(part.c_str(), 0777) != 0 && errno != EEXIST) {
      throw error(part, std::string("cannot be made: ") + std::strerror(errno), "a folder that can be written to");
    }
    if (at == std::string::npos) break;
  }
  struct ::stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) throw error(path, "is not a folder", "a folder");
}

/// A name for a picture: letters, digits, dot, minus and underscore of the device's name; never hidden, never empty.
inline std::string picture_name(std::string_view device) {
  std::string name;
  for (const char c : device) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    name += plain ? c : '_';
  }
  if (name.empty() || name[0] == '.') name.insert(0, "device");
  return name;
}

}  // namespace detail

/// Writes `result.json`, `report.html` and one picture a device, `DEVICE.svg`, into a folder, which is made if absent.
///
/// Everything is composed before the first file is written, and each file appears complete or not at all. Characters of
/// device names that file names should not have become `_`; of equal names the later get a number. A result of fewer than
/// two objectives has no pictures. Files of these names are replaced.
/// \returns the paths written, `result.json` first
/// \throws error that names what cannot be written
inline std::vector<std::string> write(const result& r, const std::string& folder) {
  std::vector<std::pair<std::string, std::string>> files{{"result.json", to_json(r).dump(2) + "\n"},
                                                         {"report.html", to_html(r)}};
  if (r.objectives.size() > 1) {
    for (const device_front& d : r.devices) {
      const std::string base = detail::picture_name(d.name);
      std::string name = base + ".svg";
      const auto taken = [&] {
        return std::any_of(files.begin(), files.end(), [&](const auto& file) { return file.first == name; });
      };
      for (int k = 2; taken(); ++k) name = base + "-" + std::to_string(k) + ".svg";
      files.emplace_back(name, svg_front(r, d));
    }
  }
  detail::make_folder(folder);
  const std::string base = folder.ends_with('/') ? folder : folder + "/";
  std::vector<std::string> paths;
  for (const auto& [name, content] : files) {
    paths.push_back(base + name);
    write_file(paths.back(), content);
  }
  return paths;
}

}  // namespace paragon::report

// The inertial sensor of the Seeed XIAO nRF52840 Sense (ST LSM6DS3TR-C on Wire1), read through its FIFO.
#ifndef LSM6DS3_H
#define LSM6DS3_H

#include <Arduino.h>
#include <Wire.h>

#include "runtall_packet.h"

class Lsm6ds3 {
 public:
  static constexpr uint8_t kKind = 1;

  // Powers the chip; false when it does not answer.
  bool begin() {
    pinMode(PIN_LSM6DS3TR_C_POWER, OUTPUT);
    digitalWrite(PIN_LSM6DS3TR_C_POWER, HIGH);
    delay(20);
    Wire1.begin();
    Wire1.setClock(400000);
    if (read(kWhoAmI) != 0x6A) return false;
    write(kCtrl3C, 0x01);  // reset
    delay(10);
    write(kCtrl3C, 0x44);  // whole values at once, addresses count up
    return true;
  }

  // Starts sampling into the FIFO with an interrupt on INT1 after every n rows.
  runtall::Status start(const runtall::StartRequest &request) {
    const int rate = rate_code(request.rate_mhz);
    const int acc = acc_code(request.acc_range_g);
    const int gyr = gyr_code(request.gyr_range_dps);
    if (rate < 0) return runtall::kNoSuchRate;
    if (acc < 0 || gyr < 0) return runtall::kNoSuchRange;
    // Sensitivities of the data sheet, micro-units per count.
    gyr_per_count_ = request.gyr_range_dps * 35u;
    gyr_full_scale_ = static_cast<uint64_t>(request.gyr_range_dps) * 1000000u;
    const uint16_t words = request.samples * 6u;
    write(kFifoCtrl5, 0x00);  // empties the FIFO
    write(kCtrl1Xl, static_cast<uint8_t>(rate << 4 | acc << 2));
    write(kCtrl2G, static_cast<uint8_t>(rate << 4 | gyr << 2));
    write(kFifoCtrl1, static_cast<uint8_t>(words));
    write(kFifoCtrl2, static_cast<uint8_t>(words >> 8 & 0x07));
    write(kFifoCtrl3, 0x09);  // both, every sample
    write(kFifoCtrl4, 0x00);
    write(kInt1Ctrl, 0x08);  // watermark
    write(kFifoCtrl5, static_cast<uint8_t>(rate << 3 | 0x06));
    return runtall::kDone;
  }

  void stop() {
    write(kInt1Ctrl, 0x00);
    write(kFifoCtrl5, 0x00);
    write(kCtrl1Xl, 0x00);
    write(kCtrl2G, 0x00);
  }

  // Rows waiting; -1 when some were overwritten.
  int waiting() {
    uint8_t status[2];
    read(kFifoStatus1, status, 2);
    if (status[1] & 0x40) return -1;
    return (status[0] | (status[1] & 0x07) << 8) / 6;
  }

  // Reads n rows, in the profile's units.
  void read_rows(runtall::Row *rows, uint8_t n) {
    for (uint8_t i = 0; i < n; ++i) {
      uint8_t bytes[12];
      read(kFifoData, bytes, 12);
      for (int axis = 0; axis < 3; ++axis) {
        const int16_t gyr = static_cast<int16_t>(runtall::get_u16(bytes + 2 * axis));
        rows[i].gyr[axis] = runtall::rescale(gyr, gyr_per_count_, gyr_full_scale_);
        rows[i].acc[axis] = static_cast<int16_t>(runtall::get_u16(bytes + 6 + 2 * axis));
      }
    }
  }

  // Hundredths of a degree Celsius.
  int16_t temperature_cdeg() {
    uint8_t bytes[2];
    read(kTemperature, bytes, 2);
    return static_cast<int16_t>(2500 + static_cast<int16_t>(runtall::get_u16(bytes)) * 100L / 256);
  }

 private:
  static constexpr uint8_t kAddress = 0x6A;
  enum Register : uint8_t {
    kFifoCtrl1 = 0x06,
    kFifoCtrl2 = 0x07,
    kFifoCtrl3 = 0x08,
    kFifoCtrl4 = 0x09,
    kFifoCtrl5 = 0x0A,
    kInt1Ctrl = 0x0D,
    kWhoAmI = 0x0F,
    kCtrl1Xl = 0x10,
    kCtrl2G = 0x11,
    kCtrl3C = 0x12,
    kTemperature = 0x20,
    kFifoStatus1 = 0x3A,
    kFifoData = 0x3E
  };

  static int rate_code(uint32_t rate_mhz) {
    return rate_mhz == 104000 ? 4 : rate_mhz == 208000 ? 5 : rate_mhz == 416000 ? 6 : -1;
  }
  static int acc_code(uint8_t range_g) {
    return range_g == 2 ? 0 : range_g == 16 ? 1 : range_g == 4 ? 2 : range_g == 8 ? 3 : -1;
  }
  static int gyr_code(uint16_t range_dps) {
    return range_dps == 250 ? 0 : range_dps == 500 ? 1 : range_dps == 1000 ? 2 : range_dps == 2000 ? 3 : -1;
  }

  void write(Register at, uint8_t value) {
    Wire1.beginTransmission(kAddress);
    Wire1.write(at);
    Wire1.write(value);
    Wire1.endTransmission();
  }
  void read(Register at, uint8_t *bytes, uint8_t n) {
    Wire1.beginTransmission(kAddress);
    Wire1.write(at);
    Wire1.endTransmission(false);
    Wire1.requestFrom(kAddress, n);
    for (uint8_t i = 0; i < n; ++i) bytes[i] = static_cast<uint8_t>(Wire1.read());
  }
  uint8_t read(Register at) {
    uint8_t value = 0;
    read(at, &value, 1);
    return value;
  }

  uint32_t gyr_per_count_ = 70000;
  uint64_t gyr_full_scale_ = 2000000000u;
};

#endif  // LSM6DS3_H

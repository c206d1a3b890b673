// Korean, for the frame: first what stands on and around the pay button, then what comes after a press.
import type { FrameWords } from '../words.ts'

export const frame: FrameWords['frame'] = {
  moment: '잠시만요… 계속 이 상태면 페이지를 새로고침해 주세요.',
  loading: '가격을 확인하고 있어요…',
  unlock: (price) => `${price}에 읽기`,
  addMoney: (price) => `충전하기 · ${price}`,
  readAll: '이어서 읽기',
  fromBalance: (balance) => `한 번만 누르면 돼요 · 잔액 ${balance}`,
  firstTime: '가입도 구독도 필요 없어요.',
  tooLittle: (balance) => `${balance} 남았어요.`,
  paying: '결제하고 있어요…',
  opening: '구매한 글을 열고 있어요…',
}

export const later: FrameWords['later'] = {
  finishInPopup: '다른 창에서 마무리해 주세요',
  finishInPopupWhy: '창은 저절로 닫히고 여기서 이어져요.',
  stop: '그만두기',
  paid: (price) => `${price} 결제했어요. 이제 언제든 읽을 수 있어요.`,
  opened: '이미 구매한 글이에요. 다시 결제하지 않았어요.',
  free: '무료로 읽을 수 있어요.',
  wallet: '내 지갑',
  tryAgain: '다시 시도',
  priceChanged: (price) => `지금은 ${price}예요. 결제하지 않았어요.`,
  declined: '사이트에서 받지 않았어요. 결제하지 않았어요.',
  popupBlocked: '창이 차단됐어요. 허용한 뒤 다시 시도해 주세요.',
  notPaid: '결제하지 않았어요.',
  moneySafe: '돈은 안전해요. 글을 사거나, 그대로 돌아와요.',
  offline: '인터넷에 연결되어 있지 않아요.',
  'till-down': (host) => `${host} 사이트가 응답하지 않아요.`,
  'mint-down': '민트가 응답하지 않아요.',
  'bad-offer': '여기서는 결제할 수 없는 상품이에요.',
  storage: '브라우저가 지갑의 저장을 막았어요.',
  tipTitle: '팁 남기기',
  tipThanks: (amount) => `고마워요! ${amount} 보냈어요.`,
  tipOther: '다른 금액',
  tipGive: '보내기',
  tipBadAmount: (example) => `${example}처럼 금액을 입력해 주세요.`,
  nested: '페이지 안에 바로 놓였을 때만 쓸 수 있어요. 프레임 속 프레임에서는 안 돼요.',
  alone: '지갑의 결제 버튼이에요. 다른 사이트의 페이지 안에서 쓰여요.',
}
